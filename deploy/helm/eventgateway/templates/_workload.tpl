{{/*
  A Deployment. Takes {root, component, watches, name, values, role, arguments, needsApi, needsManifests, kafka, hasTraffic}:
  values is the component's part of the values, arguments a text of list items, kafka its merged part or null.
*/}}
{{- define "eventgateway.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $autoscaled := and $values.autoscaling $values.autoscaling.enabled -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "eventgateway.metadata" . | nindent 2 }}
spec:
  {{- if not $autoscaled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "eventgateway.selector" . | nindent 6 }}
  strategy:
    {{- if and $values.data $values.data.persistentVolumeClaim }}
    # The volume cannot be handed over while the old pod has it.
    type: Recreate
    {{- else if and .needsManifests (not .hasTraffic) }}
    # There is no election over manifests: two at a time would take the log from each other.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
    {{- end }}
  template:
    metadata:
      labels:
        {{- include "eventgateway.labels" (dict "root" $root "component" .component "watches" .watches "labels" $values.podLabels) | nindent 8 }}
      {{- $checksum := dict }}
      {{- if and .needsManifests $root.Values.source.manifests.files }}
      {{- /* Changed files are picked up while it runs; only other names need a new pod. */}}
      {{- $checksum = dict "eventgateway.io/manifests" (keys $root.Values.source.manifests.files | sortAlpha | join "," | sha256sum | trunc 16) }}
      {{- end }}
      {{- with merge $checksum $values.podAnnotations $root.Values.extraAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ .name }}
      automountServiceAccountToken: {{ .needsApi }}
      # A Service named eventgateway-... would be taken for settings.
      enableServiceLinks: false
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- include "eventgateway.podSecurity" $root | nindent 6 }}
      {{- if .hasTraffic }}
      # The drain's delay and timeout, and some seconds to end in.
      terminationGracePeriodSeconds: {{ add $values.drain.delaySeconds $values.drain.timeoutSeconds 5 }}
      {{- else }}
      terminationGracePeriodSeconds: 30
      {{- end }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        {{- if $values.topologySpreadConstraints }}
        {{- toYaml $values.topologySpreadConstraints | nindent 8 }}
        {{- else }}
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - topologyKey: {{ . }}
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "eventgateway.selector" $ | nindent 14 }}
          # Old pods of a rolling update do not count.
          matchLabelKeys: [pod-template-hash]
        {{- end }}
        {{- end }}
      containers:
        - name: eventgateway
          image: {{ include "eventgateway.image" $root }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          {{- include "eventgateway.containerSecurity" $root | nindent 10 }}
          args:
            - {{ .role }}
            {{- .arguments | trim | nindent 12 }}
            {{- include "eventgateway.arguments.settings" $values.settings | trim | nindent 12 }}
          {{- if and .needsApi (not $root.Values.source.namespaces) (eq (include "eventgateway.scope" $root) "namespaces") }}
          env:
            - name: EVENTGATEWAY_NAMESPACE
              valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
          {{- end }}
          ports:
            {{- if .hasTraffic }}
            - {name: http, containerPort: 8000, protocol: TCP}
            - {name: https, containerPort: 8443, protocol: TCP}
            {{- if get $values.settings "http3" }}
            - {name: http3, containerPort: 8443, protocol: UDP}
            {{- end }}
            {{- range $values.streamPorts }}
            - {name: stream-{{ . }}, containerPort: {{ . }}, protocol: TCP}
            {{- end }}
            {{- end }}
            - {name: status, containerPort: 8100, protocol: TCP}
          startupProbe:
            httpGet: {path: /healthz, port: status}
            periodSeconds: 1
            timeoutSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /healthz, port: status}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /readyz, port: status}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- if .hasTraffic }}
            - {name: data, mountPath: /data}
            {{- end }}
            {{- if $root.Values.keyRing.secretName }}
            - {name: key-ring, mountPath: /etc/eventgateway/key-ring, readOnly: true}
            {{- end }}
            {{- if and .kafka .kafka.secretName }}
            - {name: kafka, mountPath: /etc/eventgateway/kafka, readOnly: true}
            {{- end }}
            {{- if .needsManifests }}
            {{- if $root.Values.source.manifests.files }}
            - {name: manifests, mountPath: /etc/eventgateway/manifests/files, readOnly: true}
            {{- end }}
            {{- range $index, $name := $root.Values.source.manifests.configMaps }}
            - {name: manifests-{{ $index }}, mountPath: /etc/eventgateway/manifests/{{ $name }}, readOnly: true}
            {{- end }}
            {{- end }}
            {{- with $values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        # The root is read-only; .NET's diagnostics and buffered bodies need a place.
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        {{- if .hasTraffic }}
        - name: data
          {{- toYaml ($values.data | default (dict "emptyDir" (dict "sizeLimit" "1Gi"))) | nindent 10 }}
        {{- end }}
        {{- with $root.Values.keyRing.secretName }}
        # A ring that every user can read is refused.
        - name: key-ring
          secret:
            secretName: {{ . }}
            defaultMode: 0440
            items: [{key: {{ $root.Values.keyRing.key }}, path: {{ $root.Values.keyRing.key }}}]
        {{- end }}
        {{- if and .kafka .kafka.secretName }}
        - name: kafka
          secret: {secretName: {{ .kafka.secretName }}, defaultMode: 0440}
        {{- end }}
        {{- if .needsManifests }}
        {{- if $root.Values.source.manifests.files }}
        - name: manifests
          configMap: {name: {{ include "eventgateway.fullname" $root }}-manifests}
        {{- end }}
        {{- range $index, $name := $root.Values.source.manifests.configMaps }}
        - name: manifests-{{ $index }}
          configMap: {name: {{ $name }}}
        {{- end }}
        {{- end }}
        {{- with $values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}

{{/* 1654 is the user that the image has; the group lets it read Secrets and write volumes. */}}
{{- define "eventgateway.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 1654
  runAsGroup: 1654
  fsGroup: 1654
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "eventgateway.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* Takes what the Deployment takes. */}}
{{- define "eventgateway.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "eventgateway.metadata" (merge (dict "annotations" .values.serviceAccount.annotations) .) | nindent 2 }}
# Pods that need the token ask for it.
automountServiceAccountToken: false
{{- end -}}

{{/* Takes what the Deployment takes. */}}
{{- define "eventgateway.disruptionBudget" -}}
{{- $autoscaling := .values.autoscaling | default dict }}
{{- if and .values.podDisruptionBudget.enabled (gt (int (ternary $autoscaling.minReplicas .values.replicas (eq true $autoscaling.enabled))) 1) -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "eventgateway.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  # A pod that is not ready holds no drain of a node up.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "eventgateway.selector" . | nindent 6 }}
{{- end }}
{{- end -}}

{{/* The objects that each Deployment comes with. */}}
{{- define "eventgateway.workload" -}}
---
{{ include "eventgateway.serviceAccount" . }}
---
{{ include "eventgateway.deployment" . }}
{{- with include "eventgateway.disruptionBudget" . }}
---
{{ . }}
{{- end }}
{{- end -}}
