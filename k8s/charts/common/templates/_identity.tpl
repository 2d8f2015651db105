{{/* The service account of the release, which is an identity of Azure's by workload identity: bicep/main.bicep names it. */}}
{{- define "common.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
  annotations:
    azure.workload.identity/client-id: {{ .Values.azure.clientId | quote }}
automountServiceAccountToken: false
{{- end }}

{{/*
The secrets of Key Vault that a workload takes: mounted by the CSI driver, and kept as a Secret for environment variables.
`.Values.secrets` is a list of {name, key}: the secret in the vault, and the key in the Secret.
*/}}
{{- define "common.secretProviderClass" -}}
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  provider: azure
  parameters:
    clientID: {{ .Values.azure.clientId | quote }}
    tenantId: {{ .Values.azure.tenantId | quote }}
    keyvaultName: {{ .Values.azure.vaultName | quote }}
    objects: |
      array:
      {{- range .Values.secrets }}
        - |
          objectName: {{ .name }}
          objectType: secret
      {{- end }}
  secretObjects:
    - secretName: {{ .Release.Name }}
      type: Opaque
      data:
        {{- range .Values.secrets }}
        - objectName: {{ .name }}
          key: {{ .key }}
        {{- end }}
{{- end }}
