{{/* What ServiceMonitor, PodMonitor and ScrapeConfig share: a dict of root and values (of the object). */}}
{{- define "agora-exporter.scrapeAuth" -}}
{{- $tls := .values.tlsConfig }}
{{- if and (include "agora-exporter.tls" .root) (not $tls.serverName) (not $tls.insecureSkipVerify) }}
{{- $tls = mustMergeOverwrite (dict "serverName" (include "agora-exporter.host" .root)) $tls }}
{{- end }}
{{- with $tls }}
tlsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.basicAuth }}
basicAuth:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "agora-exporter.scrapeScheme" -}}
{{- if eq .values.scheme "auto" }}{{ include "agora-exporter.scheme" .root }}{{ else }}{{ .values.scheme }}{{ end }}
{{- end }}

{{/* The alert AgoraExporterDown knows the job by its name. */}}
{{- define "agora-exporter.scrapeRelabelings" -}}
relabelings:
  - targetLabel: job
    replacement: agora-exporter
  {{- with .values.relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .values.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "agora-exporter.endpoint" -}}
- port: metrics
  path: {{ .root.Values.telemetryPath }}
  interval: {{ .values.interval }}
  scrapeTimeout: {{ .values.scrapeTimeout }}
  scheme: {{ include "agora-exporter.scrapeScheme" . }}
  {{- with include "agora-exporter.scrapeAuth" . | trim }}
  {{- nindent 2 . }}
  {{- end }}
  {{- include "agora-exporter.scrapeRelabelings" . | nindent 2 }}
{{- end }}

{{- define "agora-exporter.monitorMetadata" -}}
{{- include "agora-exporter.metadata" (dict "root" .root "name" (include "agora-exporter.fullname" .root) "namespace" .values.namespace "labels" .values.labels "annotations" .values.annotations) }}
{{- end }}
