{{- define "eventgateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "eventgateway.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "eventgateway.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "eventgateway.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* For objects that no namespace keeps apart. */}}
{{- define "eventgateway.clusterName" -}}
{{- printf "%s-%s" .Release.Namespace (include "eventgateway.fullname" .) -}}
{{- end -}}

{{/* What an object's pods are found by; never changes. Takes {root, component, watches}. */}}
{{- define "eventgateway.selector" -}}
app.kubernetes.io/name: {{ include "eventgateway.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .watches }}
eventgateway.io/watches: {{ . }}
{{- end }}
{{- end -}}

{{/* Takes what the selector takes, and labels: more of them. Those of the selector and the version cannot be replaced. */}}
{{- define "eventgateway.labels" -}}
{{- $own := merge (include "eventgateway.selector" . | fromYaml) (dict "app.kubernetes.io/version" .root.Chart.AppVersion "app.kubernetes.io/part-of" "eventgateway") -}}
{{- merge $own (.labels | default dict) .root.Values.extraLabels | toYaml -}}
{{- end -}}

{{/* Takes {root, component, watches, labels, name, annotations, namespace}: the metadata of every object. namespace "-": it has none. */}}
{{- define "eventgateway.metadata" -}}
name: {{ .name }}
{{- if ne (toString .namespace) "-" }}
namespace: {{ .namespace | default .root.Release.Namespace }}
{{- end }}
labels:
  {{- include "eventgateway.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.extraAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "eventgateway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The component with traffic. */}}
{{- define "eventgateway.traffic" -}}
{{- if .Values.standalone.enabled }}standalone{{ else if .Values.proxy.enabled }}proxy{{ end -}}
{{- end -}}

{{/* The component that reads the source. */}}
{{- define "eventgateway.reader" -}}
{{- if .Values.standalone.enabled }}standalone{{ else if .Values.watcher.enabled }}watcher{{ end -}}
{{- end -}}

{{- define "eventgateway.serviceName" -}}
{{- include "eventgateway.fullname" . -}}
{{- end -}}
