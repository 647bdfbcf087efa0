{{- /*
The console with defaults applied: the settings, secrets and plugins of the worker whose group it shows, with its
own over them. There is one of it, since its sessions and what it runs are in its memory.
*/ -}}
{{- define "inventory-events.console" -}}
{{- $console := fromYaml (include "inventory-events.withPodValues" (dict "root" . "part" .Values.console)) -}}
{{- $workers := fromYaml (include "inventory-events.workers" .) -}}
{{- $name := include "inventory-events.oneWorker" (dict "workers" $workers "name" $console.worker "what" "console.worker") -}}
{{- $worker := get $workers $name -}}
{{- $secrets := mergeOverwrite (deepCopy $worker.secrets) (deepCopy (.Values.console.secrets | default dict)) -}}
{{- with (.Values.secrets | default dict).CONSOLE_USERS -}}
{{- $_ := set $secrets "CONSOLE_USERS" ($secrets.CONSOLE_USERS | default .) -}}
{{- end -}}
{{- if not (hasKey $secrets "CONSOLE_USERS") -}}
{{- fail "console.secrets.CONSOLE_USERS: required, expected { existingSecret: NAME, key: KEY }; \"inventory-events console user\" prints its lines" -}}
{{- end -}}
{{- $_ := set $console "config" (mergeOverwrite (deepCopy $worker.config) ($console.config | default dict)) -}}
{{- include "inventory-events.requireConnections" (dict "name" "console" "config" $console.config) -}}
{{- $_ := set $console "secrets" (omit $secrets "ADMIN_TOKEN") -}}
{{- $_ := set $console "plugins" $worker.plugins -}}
{{- $_ := set $console "command" "console" -}}
{{- $_ := set $console "replicas" 1 -}}
{{- $_ := set $console "autoscaling" (dict "type" "none") -}}
{{- $_ := set $console "podDisruptionBudget" dict -}}
{{- toYaml $console -}}
{{- end -}}

{{- /* The name of a worker: the only one unless it is named. Takes workers, name and what, the value that names it. */ -}}
{{- define "inventory-events.oneWorker" -}}
{{- $name := .name | default (keys .workers | sortAlpha | first) -}}
{{- if or (not (hasKey .workers $name)) (and (not .name) (gt (len .workers) 1)) -}}
{{- fail (printf "%s: expected one of %s, got %q" .what (keys .workers | sortAlpha | join ", ") .name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}
