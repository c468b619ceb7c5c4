{{/* The web configuration: TLS, users, headers. */}}

{{/* Not empty where there is one. */}}
{{- define "agora-exporter.webConfigured" -}}
{{- with .Values.webConfig }}
{{- if or .content .existingSecret .tlsSecret }}yes{{ end }}
{{- end }}
{{- end }}

{{/* Not empty where the page is served over TLS. */}}
{{- define "agora-exporter.tls" -}}
{{- with .Values.webConfig }}
{{- if kindIs "bool" .tls }}{{ if .tls }}yes{{ end }}
{{- else if or .tlsSecret .content.tls_server_config }}yes
{{- end }}
{{- end }}
{{- end }}

{{- define "agora-exporter.scheme" -}}
{{- if include "agora-exporter.tls" . }}https{{ else }}http{{ end }}
{{- end }}

{{/* web-config.yml: the values, with the certificate of tlsSecret where they name none. */}}
{{- define "agora-exporter.webConfig" -}}
{{- $content := deepCopy .Values.webConfig.content }}
{{- if .Values.webConfig.tlsSecret }}
{{- $tls := $content.tls_server_config | default dict }}
{{- if not (or $tls.cert $tls.cert_file) }}{{ $_ := set $tls "cert_file" "tls.crt" }}{{ end }}
{{- if not (or $tls.key $tls.key_file) }}{{ $_ := set $tls "key_file" "tls.key" }}{{ end }}
{{- $_ := set $content "tls_server_config" $tls }}
{{- end }}
{{- toYaml $content }}
{{- end }}
