{{/* The labels of every object of a release. */}}
{{- define "common.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: parley
{{ include "common.selector" . }}
{{- end }}

{{/* The labels by which a release knows its own pods. They never change while it lives. */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* An image by its digest: what was scanned and signed is what runs. */}}
{{- define "common.image" -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- end }}
