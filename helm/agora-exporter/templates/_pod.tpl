{{/* What the pods of the chart share. */}}

{{/* Of every pod. Takes the root. */}}
{{- define "agora-exporter.podBasics" -}}
serviceAccountName: {{ include "agora-exporter.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- range $key := list "imagePullSecrets" "priorityClassName" "runtimeClassName" "nodeSelector" "tolerations" "affinity" "hostAliases" "dnsPolicy" "dnsConfig" }}
{{- with get $.Values $key }}
{{ dict $key . | toYaml }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of every container. Takes the root. */}}
{{- define "agora-exporter.containerBasics" -}}
image: {{ include "agora-exporter.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end }}

{{/* A probe of the exporter: a dict of root, values (of the probe), path, and flags of healthcheck. */}}
{{- define "agora-exporter.probe" -}}
{{- $probe := omit .values "enabled" }}
{{- if not (or $probe.httpGet $probe.exec $probe.tcpSocket $probe.grpc) }}
{{- if include "agora-exporter.webConfigured" .root }}
{{- $command := concat (list "/usr/bin/agora-exporter" "healthcheck") .flags (include "agora-exporter.fileArgs" .root | fromYamlArray) }}
{{- $_ := set $probe "exec" (dict "command" $command) }}
{{- else }}
{{- $_ := set $probe "httpGet" (dict "path" .path "port" "metrics") }}
{{- end }}
{{- end }}
{{- toYaml $probe }}
{{- end }}

{{/* The flags that name files of the container: of the exporter, its health check and its check of the configuration. */}}
{{- define "agora-exporter.fileArgs" -}}
- --config.file=/etc/agora-exporter/exporter.yaml
- --storage.path=/var/lib/agora-exporter
{{- if include "agora-exporter.webConfigured" . }}
- --web.config.file=/run/secrets/web/web-config.yml
{{- end }}
{{- end }}

{{/* Mounts of configuration and secrets, all read-only. */}}
{{- define "agora-exporter.mounts" -}}
- name: config
  mountPath: /etc/agora-exporter
  readOnly: true
{{- if include "agora-exporter.secrets" . | fromYaml }}
- name: credentials
  mountPath: /run/secrets/agora
  readOnly: true
{{- end }}
{{- if include "agora-exporter.webConfigured" . }}
- name: web
  mountPath: /run/secrets/web
  readOnly: true
{{- end }}
{{- end }}

{{/* The volumes of those mounts. Secrets belong to root and the pod's group: only these read them. */}}
{{- define "agora-exporter.volumes" -}}
- name: config
  configMap:
    name: {{ include "agora-exporter.configMapName" . }}
    items:
      - key: {{ ternary .Values.existingConfigMap.key "exporter.yaml" (ne .Values.existingConfigMap.name "") }}
        path: exporter.yaml
{{- with include "agora-exporter.secrets" . | fromYaml }}
- name: credentials
  projected:
    defaultMode: 0440
    sources:
      {{- range $account, $secret := . }}
      - secret:
          name: {{ $secret.name }}
          items:
            - key: {{ $secret.idKey }}
              path: {{ $account }}/customer-id
            - key: {{ $secret.secretKey }}
              path: {{ $account }}/customer-secret
      {{- end }}
{{- end }}
{{- if include "agora-exporter.webConfigured" . }}
- name: web
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ .Values.webConfig.existingSecret | default (printf "%s-web" (include "agora-exporter.fullname" .)) }}
      {{- with .Values.webConfig.tlsSecret }}
      - secret:
          name: {{ . }}
      {{- end }}
{{- end }}
{{- end }}

{{/* The claim of the state. It cannot be changed in a cluster, so nothing in it follows the chart's version. */}}
{{- define "agora-exporter.claim" -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    name: state
    labels:
      {{- mustMergeOverwrite (dict) .Values.persistence.labels (include "agora-exporter.selector" (dict "root" .) | fromYaml) | toYaml | nindent 6 }}
    {{- with .Values.persistence.annotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    accessModes:
      {{- toYaml .Values.persistence.accessModes | nindent 6 }}
    {{- with .Values.persistence.storageClass }}
    storageClassName: {{ ternary "" . (eq . "-") | quote }}
    {{- end }}
    resources:
      requests:
        storage: {{ .Values.persistence.size }}
{{- end }}
