{{- /* The name prefix of the release's resources; at most 63 characters with the suffixes. */ -}}
{{- define "inventory-events.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* The selector of all pods of the release. Immutable: Kubernetes refuses changes in an upgrade. */ -}}
{{- define "inventory-events.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- /* The labels of pods. Nothing that changes with each release, since a change replaces the pods. */ -}}
{{- define "inventory-events.podLabels" -}}
{{ include "inventory-events.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: inventory-events
{{- end -}}

{{- define "inventory-events.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "inventory-events.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- /*
The metadata of an object. Takes root; name, or the suffix of its name; component; own, the values with its labels and
annotations; labels and annotations that it must have, which are those of the chart's own.
*/ -}}
{{- define "inventory-events.metadata" -}}
{{- $root := .root -}}
{{- $own := .own | default dict -}}
{{- $fixed := fromYaml (include "inventory-events.labels" $root) -}}
{{- with .component -}}{{- $_ := set $fixed "app.kubernetes.io/component" . -}}{{- end -}}
{{- $labels := mergeOverwrite dict $root.Values.commonLabels ($own.labels | default dict) (.labels | default dict) $fixed -}}
{{- $annotations := mergeOverwrite dict $root.Values.commonAnnotations ($own.annotations | default dict) (.annotations | default dict) -}}
{{- $name := .suffix | empty | ternary "" (printf "-%s" .suffix) | printf "%s%s" (include "inventory-events.fullname" $root) -}}
metadata:
  name: {{ .name | default $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- toYaml $labels | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* global.imageRegistry replaces the registry of the repository, if it names one. */ -}}
{{- define "inventory-events.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with (.Values.global).imageRegistry -}}
{{- $path := regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" $repository "" -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .) $path -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "inventory-events.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "inventory-events.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "inventory-events.runbookUrl" -}}
{{- .Values.runbookUrl | default "docs/runbook.md" -}}
{{- end -}}
