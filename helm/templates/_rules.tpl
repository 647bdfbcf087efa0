{{- /*
The groups of a file of rules, with each alert as prometheusRule.alerts has it. Takes root and text. The rules
are not rendered by Helm: their braces are Prometheus templates.
*/ -}}
{{- define "inventory-events.rules" -}}
{{- $alerts := .root.Values.prometheusRule.alerts -}}
groups:
  {{- range $group := (fromYaml .text).groups }}
  {{- $rules := list }}
  {{- range $rule := $group.rules }}
  {{- $own := index $alerts ($rule.alert | default "") | default dict }}
  {{- if hasKey $own "threshold" }}
  {{- $_ := set $rule "expr" (include "inventory-events.exprWith" (dict "rule" $rule "threshold" $own.threshold)) }}
  {{- end }}
  {{- with $own.for }}
  {{- $_ := set $rule "for" . }}
  {{- end }}
  {{- with $own.labels }}
  {{- $_ := set $rule "labels" (mergeOverwrite $rule.labels .) }}
  {{- end }}
  {{- if ne (toString $own.enabled) "false" }}
  {{- $rules = append $rules $rule }}
  {{- end }}
  {{- end }}
  {{- if $rules }}
  - {{ toYaml (set $group "rules" $rules) | nindent 4 | trim }}
  {{- end }}
  {{- end }}
{{- end -}}

{{- /* The threshold of an alert is the number after the first < or > of its expression. */ -}}
{{- define "inventory-events.exprWith" -}}
{{- regexReplaceAll "^([^<>]*[<>]=?\\s*)[0-9][0-9.]*" .rule.expr (printf "${1}%v" .threshold) -}}
{{- end -}}
