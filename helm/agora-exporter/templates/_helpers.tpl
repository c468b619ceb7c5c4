{{/* Names, labels, and what several objects share. */}}

{{- define "agora-exporter.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* 52 characters: a StatefulSet's pods carry a hash of their revision in a label of 63. */}}
{{- define "agora-exporter.fullname" -}}
{{- $name := include "agora-exporter.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- .Values.fullnameOverride | default $full | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* By what selectors know the pods of a component. A dict of root and component (exporter, unless given). */}}
{{- define "agora-exporter.selector" -}}
app.kubernetes.io/name: {{ include "agora-exporter.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component | default "exporter" }}
{{- end }}

{{/*
All labels of an object: a dict of root, and where given component and labels. One map, so that no key comes twice, and the selector's
last, so that no value of the user's can break it.
*/}}
{{- define "agora-exporter.labels" -}}
{{- $chart := .root.Chart }}
{{- $labels := dict "helm.sh/chart" (printf "%s-%s" $chart.Name $chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
      "app.kubernetes.io/version" $chart.AppVersion
      "app.kubernetes.io/managed-by" .root.Release.Service
      "app.kubernetes.io/part-of" "agora-exporter" }}
{{- mustMergeOverwrite $labels .root.Values.commonLabels (.labels | default dict) (include "agora-exporter.selector" . | fromYaml) | toYaml }}
{{- end }}

{{/* Metadata of an object: a dict of root, name, and where given: namespace, component, labels, annotations. */}}
{{- define "agora-exporter.metadata" -}}
name: {{ .name }}
namespace: {{ .namespace | default .root.Release.Namespace }}
labels:
  {{- include "agora-exporter.labels" . | nindent 2 }}
{{- with mustMergeOverwrite (dict) .root.Values.commonAnnotations (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "agora-exporter.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "agora-exporter.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "agora-exporter.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}
{{- else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end }}
{{- end }}
{{- end }}

{{/* The service, as other pods reach it. */}}
{{- define "agora-exporter.host" -}}
{{ include "agora-exporter.fullname" . }}.{{ .Release.Namespace }}.svc
{{- end }}

{{/* Number of seconds of 1m15s. */}}
{{- define "agora-exporter.seconds" -}}
{{- $minutes := regexFind "^[0-9]+m" . | trimSuffix "m" | default "0" | int }}
{{- $seconds := regexFind "[0-9]+s$" . | trimSuffix "s" | default "0" | int }}
{{- add (mul $minutes 60) $seconds }}
{{- end }}
