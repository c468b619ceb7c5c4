{{/* exporter.yaml and the credentials that it names. */}}

{{/* Account -> Secret that holds its credentials, with the keys: YAML of a map. Those in files of the user's own are not in it. */}}
{{- define "agora-exporter.secrets" -}}
{{- $secrets := dict }}
{{- range $account, $given := .Values.credentials }}
{{- if $given.customerIdFile }}
{{- else if $given.existingSecret }}
{{- with $given.existingSecret }}
{{- $_ := set $secrets $account (dict "name" .name "idKey" (.customerIdKey | default "customer-id") "secretKey" (.customerSecretKey | default "customer-secret")) }}
{{- end }}
{{- else }}
{{- $own := printf "%s-credentials" (include "agora-exporter.fullname" $) }}
{{- $_ := set $secrets $account (dict "name" $own "idKey" (printf "%s.customer-id" $account) "secretKey" (printf "%s.customer-secret" $account)) }}
{{- end }}
{{- end }}
{{- with $secrets }}{{ toYaml . }}{{ end }}
{{- end }}

{{- define "agora-exporter.configMapName" -}}
{{- .Values.existingConfigMap.name | default (include "agora-exporter.fullname" .) }}
{{- end }}

{{/* exporter.yaml: the values with the credentials as files. */}}
{{- define "agora-exporter.config" -}}
{{- $accounts := list }}
{{- if .Values.simulator.enabled }}
{{- $accounts = list (include "agora-exporter.simulatorAccount" . | fromYaml) }}
{{- end }}
{{- range .Values.config.accounts }}
{{- $given := get $.Values.credentials (.name | default "default") | default dict }}
{{- $folder := printf "/run/secrets/agora/%s" (.name | default "default") }}
{{- $files := dict "customer_id_file" ($given.customerIdFile | default (printf "%s/customer-id" $folder))
      "customer_secret_file" ($given.customerSecretFile | default (printf "%s/customer-secret" $folder)) }}
{{- $accounts = append $accounts (mustMergeOverwrite (dict) . $files) }}
{{- end }}
{{- mustMergeOverwrite (dict) .Values.config (dict "accounts" $accounts) | toYaml }}
{{- end }}

{{- define "agora-exporter.simulatorAccount" -}}
name: simulator
base_url: http://{{ include "agora-exporter.fullname" . }}-simulator:8080
customer_id: simulated-customer
customer_secret: simulated-secret
plan: {{ .Values.simulator.plan }}
http:
  allow_plaintext: true
apps:
  - app_id: a1b2c3d4e5f60718293a4b5c6d7e8f90
    name: demo
{{- end }}
