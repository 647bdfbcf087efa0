{{- /* A job before an install or upgrade. Takes root, name, weight, settings, secrets and args. */ -}}
{{- define "inventory-events.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "inventory-events.fullname" .root }}-{{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "inventory-events.labels" .root | nindent 4 }}
    app.kubernetes.io/component: setup
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: {{ .weight | quote }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ .root.Values.setup.timeoutSeconds }}
  template:
    metadata:
      labels:
        {{- include "inventory-events.podLabels" .root | nindent 8 }}
        app.kubernetes.io/component: setup
    spec:
      # At the first install the release's own account does not exist yet.
      serviceAccountName: {{ .root.Values.setup.serviceAccountName }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      restartPolicy: Never
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- include "inventory-events.podSecurity" .root | nindent 8 }}
      containers:
        - name: setup
          image: {{ include "inventory-events.image" .root }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args:
            {{- toYaml .args | nindent 12 }}
          securityContext:
            {{- include "inventory-events.containerSecurity" .root | nindent 12 }}
          env:
            {{- include "inventory-events.settingsEnv" .settings | trim | nindent 12 }}
            {{- with trim (include "inventory-events.referencesEnv" .secrets) }}
            {{- . | nindent 12 }}
            {{- end }}
          resources:
            {{- toYaml .root.Values.setup.resources | nindent 12 }}
          {{- $sources := trim (include "inventory-events.referencesSources" .secrets) }}
          {{- with $sources }}
          volumeMounts:
            - name: references
              mountPath: /etc/inventory-events
              readOnly: true
          {{- end }}
      {{- with $sources }}
      volumes:
        - name: references
          projected:
            defaultMode: 0440
            sources:
              {{- . | nindent 14 }}
      {{- end }}
{{- end -}}
