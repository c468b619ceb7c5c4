{{/*
What the schema cannot say: values that contradict each other, or that would only fail in the cluster. All faults come at once.
*/}}
{{- define "agora-exporter.validate" -}}
{{- $faults := list }}
{{- range $check := list "config" "credentials" "apps" "scrape" "web" "objects" }}
{{- $faults = concat $faults (include (printf "agora-exporter.faults.%s" $check) $ | fromYamlArray) }}
{{- end }}
{{- if $faults }}
{{- fail (printf "\n\nThe values are refused:\n- %s\n" (join "\n- " $faults)) }}
{{- end }}
{{- end }}

{{- define "agora-exporter.faults.config" -}}
{{- $faults := list }}
{{- $given := or .Values.config.accounts .Values.existingConfigMap.name }}
{{- if and .Values.simulator.enabled (or $given .Values.credentials) }}
{{- $faults = append $faults "simulator.enabled: the simulator is for a release of its own; empty config.accounts, existingConfigMap.name and credentials" }}
{{- else if .Values.existingConfigMap.name }}
{{- range $key, $value := .Values.config }}
{{- if $value }}
{{- $faults = append $faults (printf "config.%s and existingConfigMap.name are both given: keep one of them" $key) }}
{{- end }}
{{- end }}
{{- else if not (or $given .Values.simulator.enabled) }}
{{- $faults = append $faults "config.accounts is empty: nothing to collect. Set it, or existingConfigMap.name, or simulator.enabled to try the exporter out" }}
{{- end }}
{{- range $i, $account := .Values.config.accounts }}
{{- $http := $account.http | default dict }}
{{- if and (hasPrefix "http://" ($account.base_url | default "")) (not $http.allow_plaintext) (not (regexMatch "^http://(localhost|127\\.|\\[::1\\])" $account.base_url)) }}
{{- $faults = append $faults (printf "config.accounts[%d].base_url: http:// would send the credentials in the clear; write https://, or set http.allow_plaintext" $i) }}
{{- end }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "agora-exporter.faults.credentials" -}}
{{- $faults := list }}
{{- $names := list }}
{{- range $i, $account := .Values.config.accounts }}
{{- $name := $account.name | default "default" }}
{{- if has $name $names }}
{{- $faults = append $faults (printf "config.accounts[%d].name: two accounts are called %s" $i $name) }}
{{- else if not (hasKey $.Values.credentials $name) }}
{{- $faults = append $faults (printf "config.accounts[%d] has no credentials: set credentials.%s.existingSecret.name, or customerId and customerSecret" $i $name) }}
{{- end }}
{{- $names = append $names $name }}
{{- end }}
{{- range $name, $given := .Values.credentials }}
{{- if and $.Values.config.accounts (not (has $name $names)) }}
{{- $faults = append $faults (printf "credentials.%s: config.accounts has no account of that name, only %s" $name (join ", " $names)) }}
{{- end }}
{{- $ways := list }}
{{- if $given.existingSecret }}{{ $ways = append $ways "existingSecret" }}{{ end }}
{{- if or $given.customerId $given.customerSecret }}{{ $ways = append $ways "customerId and customerSecret" }}{{ end }}
{{- if or $given.customerIdFile $given.customerSecretFile }}{{ $ways = append $ways "customerIdFile and customerSecretFile" }}{{ end }}
{{- if gt (len $ways) 1 }}
{{- $faults = append $faults (printf "credentials.%s has %s: keep one of them" $name (join ", and also " $ways)) }}
{{- else if not (or $given.existingSecret (and $given.customerId $given.customerSecret) (and $given.customerIdFile $given.customerSecretFile)) }}
{{- $faults = append $faults (printf "credentials.%s is not complete: give existingSecret.name, or customerId and customerSecret, or the two as files" $name) }}
{{- end }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "agora-exporter.faults.apps" -}}
{{- $faults := list }}
{{- $ids := list }}
{{- $names := list }}
{{- range $i, $account := .Values.config.accounts }}
{{- range $j, $app := $account.apps }}
{{- $name := $app.name | default $app.app_id }}
{{- if has $app.app_id $ids }}
{{- $faults = append $faults (printf "config.accounts[%d].apps[%d].app_id: %s is listed twice" $i $j $app.app_id) }}
{{- else if has $name $names }}
{{- $faults = append $faults (printf "config.accounts[%d].apps[%d].name: two apps are called %s" $i $j $name) }}
{{- end }}
{{- $ids = append $ids $app.app_id }}
{{- $names = append $names $name }}
{{- end }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "agora-exporter.faults.scrape" -}}
{{- $faults := list }}
{{- $enabled := list }}
{{- range $key := list "serviceMonitor" "podMonitor" "scrapeConfig" }}
{{- $values := get $.Values $key }}
{{- if $values.enabled }}{{ $enabled = append $enabled $key }}{{ end }}
{{- $interval := include "agora-exporter.seconds" $values.interval | int }}
{{- if or (gt $interval 75) (lt $interval 1) }}
{{- $faults = append $faults (printf "%s.interval: %s is not within 1s and 75s; rates are taken over 5 minutes, which must hold four scrapes" $key $values.interval) }}
{{- end }}
{{- if gt (include "agora-exporter.seconds" $values.scrapeTimeout | int) $interval }}
{{- $faults = append $faults (printf "%s.scrapeTimeout: %s is longer than the interval, %s" $key $values.scrapeTimeout $values.interval) }}
{{- end }}
{{- end }}
{{- if gt (len $enabled) 1 }}
{{- $faults = append $faults (printf "%s.enabled: every value would be scraped more than once; keep one of them" (join ".enabled and " $enabled)) }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "agora-exporter.faults.web" -}}
{{- $faults := list }}
{{- with .Values.webConfig }}
{{- with .content.tls_server_config }}
{{- $certificate := or .cert .cert_file }}
{{- $key := or .key .key_file }}
{{- if and (not $.Values.webConfig.tlsSecret) (not (and $certificate $key)) }}
{{- $faults = append $faults "webConfig.content.tls_server_config lacks a certificate or its key: give cert_file and key_file, or cert and key, or webConfig.tlsSecret" }}
{{- else if or (and $certificate (not $key)) (and $key (not $certificate)) }}
{{- $faults = append $faults "webConfig.content.tls_server_config has a certificate without its key, or a key without its certificate: webConfig.tlsSecret would give the other" }}
{{- end }}
{{- end }}
{{- if and .content .existingSecret }}
{{- $faults = append $faults "webConfig.content and webConfig.existingSecret are both given: keep one of them" }}
{{- else if and .existingSecret (not .tlsSecret) (eq (toString .tls) "auto") }}
{{- $faults = append $faults "webConfig.tls: the chart cannot look into webConfig.existingSecret; say true if it has tls_server_config, else false" }}
{{- else if and (eq (toString .tls) "false") (or .tlsSecret .content.tls_server_config) }}
{{- $faults = append $faults "webConfig.tls is false, but content or tlsSecret has a certificate: the page would be served over TLS" }}
{{- else if and (eq (toString .tls) "true") (not (or .tlsSecret .existingSecret .content.tls_server_config)) }}
{{- $faults = append $faults "webConfig.tls is true, but there is no certificate: set webConfig.tlsSecret, or tls_server_config in content or existingSecret" }}
{{- end }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "agora-exporter.faults.objects" -}}
{{- $faults := list }}
{{- if and .Values.service.nodePort (eq .Values.service.type "ClusterIP") }}
{{- $faults = append $faults "service.nodePort: a service of type ClusterIP has none; set service.type to NodePort or LoadBalancer" }}
{{- end }}
{{- if and .Values.persistence.existingClaim (not .Values.persistence.enabled) }}
{{- $faults = append $faults "persistence.existingClaim is given, but persistence.enabled is false" }}
{{- end }}
{{- range $i, $arg := .Values.extraArgs }}
{{- /* The exporter refuses most flags that come twice. The last two would slip past enableLifecycle and assumeFreshQuota. */}}
{{- if regexMatch "^--(config\\.file|storage\\.path|web\\.(telemetry-path|config\\.file|enable-lifecycle)|log\\.(level|format)|quota\\.assume-fresh)(=|$)" $arg }}
{{- $faults = append $faults (printf "extraArgs[%d]: the chart itself sets %s" $i (splitList "=" $arg | first)) }}
{{- end }}
{{- end }}
{{- range $i, $volume := .Values.extraVolumes }}
{{- if has $volume.name (list "config" "credentials" "web" "state") }}
{{- $faults = append $faults (printf "extraVolumes[%d].name: the chart itself has a volume called %s" $i $volume.name) }}
{{- end }}
{{- end }}
{{- toYaml $faults }}
{{- end }}
