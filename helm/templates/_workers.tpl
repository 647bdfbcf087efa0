{{- /*
The workers with defaults applied: each entry of `workers` over `worker`, and without entries one that is
called main. As YAML, because a template can return nothing else.
*/ -}}
{{- define "inventory-events.workers" -}}
{{- $workers := dict -}}
{{- range $name, $own := .Values.workers | default (dict "main" dict) -}}
{{- $worker := mergeOverwrite (deepCopy $.Values.worker) (deepCopy ($own | default dict)) -}}
{{- $worker = fromYaml (include "inventory-events.withPodValues" (dict "root" $ "part" $worker)) -}}
{{- $_ := set $worker "config" (mergeOverwrite (deepCopy $.Values.config) ($worker.config | default dict)) -}}
{{- $secrets := mergeOverwrite (deepCopy ($.Values.secrets | default dict)) ($worker.secrets | default dict) -}}
{{- $_ := set $worker "secrets" (omit $secrets "GATEWAY_SECRETS" "GATEWAY_TOKEN" "CONSOLE_USERS") -}}
{{- $_ := set $worker "command" "serve" -}}
{{- include "inventory-events.requireConnections" (dict "name" $name "config" $worker.config) -}}
{{- if not (kindIs "bool" $worker.config.EVENTS_ENABLED) -}}
{{- fail (printf "%s: config.EVENTS_ENABLED: required, expected true (plugins get events) or false (events are skipped and committed: plugins never get them)" $name) -}}
{{- end -}}
{{- $_ := set $workers $name $worker -}}
{{- end -}}
{{- include "inventory-events.requireOwnGroups" $workers -}}
{{- toYaml $workers -}}
{{- end -}}

{{- /* Two workers in one group would take partitions from each other and miss events. */ -}}
{{- define "inventory-events.requireOwnGroups" -}}
{{- $owners := dict -}}
{{- range $name, $worker := . -}}
{{- $group := $worker.config.KAFKA_GROUP_ID | default "inventory-events" -}}
{{- if hasKey $owners $group -}}
{{- fail (printf "workers.%s.config.KAFKA_GROUP_ID: expected a unique group, got %q, which is used by workers.%s" $name $group (get $owners $group)) -}}
{{- end -}}
{{- $_ := set $owners $group $name -}}
{{- end -}}
{{- end -}}

{{- /* The number of partitions, which bounds the replicas with work. Takes a worker's config. */ -}}
{{- define "inventory-events.partitions" -}}
{{- $topics := .config.KAFKA_TOPICS | default "inventory.events,plugin.events" -}}
{{- mul (len (splitList "," $topics)) .root.Values.partitions -}}
{{- end -}}

{{- /* The autoscaler's maximum: replicas in excess of the partitions would read nothing. */ -}}
{{- define "inventory-events.maxReplicas" -}}
{{- $max := .part.autoscaling.maxReplicas | int -}}
{{- if eq .part.command "gateway" -}}
{{- $max -}}
{{- else -}}
{{- min $max (include "inventory-events.partitions" (dict "root" .root "config" .part.config) | int) -}}
{{- end -}}
{{- end -}}

{{- /* Where a worker or the gateway is watched: probes, metrics. */ -}}
{{- define "inventory-events.httpPort" -}}
{{- .config.HTTP_PORT | default 8080 | int -}}
{{- end -}}

{{- /* Where the gateway takes events. */ -}}
{{- define "inventory-events.eventsPort" -}}
{{- .config.GATEWAY_PORT | default 8090 | int -}}
{{- end -}}

{{- /* Where browsers come to the console, and probes: it has no other port. */ -}}
{{- define "inventory-events.consolePort" -}}
{{- .config.CONSOLE_PORT | default 8070 | int -}}
{{- end -}}

{{- /* Where probes and "helm test" ask. Takes a part. */ -}}
{{- define "inventory-events.probed" -}}
{{- if eq .command "console" -}}
{ port: console, portNumber: {{ include "inventory-events.consolePort" . }}, readyPath: / }
{{- else -}}
{ port: http, portNumber: {{ include "inventory-events.httpPort" . }}, readyPath: /readyz }
{{- end -}}
{{- end -}}

{{- /* The drain time, rounded up to seconds, plus the time to commit and leave the group. */ -}}
{{- define "inventory-events.graceSeconds" -}}
{{- if eq .command "console" -}}
{{- /* It delivers nothing. */ -}}
{{- .shutdownMarginSeconds | int -}}
{{- else -}}
{{- $drainMs := 20000 -}}
{{- if hasKey .config "DRAIN_TIMEOUT_MS" -}}{{- $drainMs = .config.DRAIN_TIMEOUT_MS | int -}}{{- end -}}
{{- add (div (add $drainMs 999) 1000) (.shutdownMarginSeconds | int) -}}
{{- end -}}
{{- end -}}
