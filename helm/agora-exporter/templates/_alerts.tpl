{{/*
The shipped alerts with the thresholds of values. In files/rules/agora-alerts.yaml every threshold stands as @name@ (a number) or
@name:text@ (as people write it). A dict of root and values (prometheusRule).
*/}}
{{- define "agora-exporter.alertGroups" -}}
{{- $alerts := .root.Files.Get "files/rules/agora-alerts.yaml" }}
{{- $shipped := .root.Files.Get "files/rules/thresholds.yaml" | fromYaml }}
{{- range $name, $threshold := $shipped }}
{{- $value := get (dict "v" $threshold.value) "v" }}
{{- if hasKey $.values.thresholds $name }}{{ $value = get $.values.thresholds $name }}{{ end }}
{{- $text := include "agora-exporter.thresholdText" (dict "value" $value "unit" $threshold.unit) }}
{{- $alerts = $alerts | replace (printf "@%s@" $name) (printf "%.10g" (float64 $value)) | replace (printf "@%s:text@" $name) $text }}
{{- end }}
{{- range $group := ($alerts | fromYaml).groups }}
{{- $rules := list }}
{{- range $rule := $group.rules }}
{{- if not (has $rule.alert $.values.disabledAlerts) }}
{{- $rules = append $rules (set $rule "labels" (mustMergeOverwrite $rule.labels $.values.alertLabels)) }}
{{- end }}
{{- end }}
{{- if $rules }}
{{ toYaml (list (set $group "rules" $rules)) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "agora-exporter.thresholdText" -}}
{{- $value := float64 .value }}
{{- if eq .unit "ratio" }}{{ printf "%.4g %%" (mulf $value 100) }}
{{- else if ne .unit "seconds" }}{{ printf "%.10g" $value }}
{{- else if lt $value 1.0 }}{{ printf "%.4g ms" (mulf $value 1000) }}
{{- else if and (ge $value 86400.0) (eq (mod (int64 $value) 86400) 0) }}{{ printf "%.4g d" (divf $value 86400) }}
{{- else }}{{ printf "%.4g min" (divf $value 60) }}
{{- end }}
{{- end }}
