// One user-assigned identity for each kind of process. None has a secret; federations.bicep says who may take them.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

// Of the control plane.
resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-functions'
  location: location
  tags: tags
}

// Of nodes.
resource sfu 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-sfu'
  location: location
  tags: tags
}

// Of media workers.
resource mediaWorker 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-media-worker'
  location: location
  tags: tags
}

// Of TURN servers.
resource turn 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-turn'
  location: location
  tags: tags
}

// Of the cluster itself.
resource cluster 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-cluster'
  location: location
  tags: tags
}

// Of the cluster's machines, which pull images.
resource kubelet 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-kubelet'
  location: location
  tags: tags
}

// Of cert-manager, which proves that the zone is ours.
resource certManager 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-cert-manager'
  location: location
  tags: tags
}

// Of KEDA, which reads metrics and counts jobs.
resource keda 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-keda'
  location: location
  tags: tags
}

// Of the workflow that builds images.
resource images 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-images'
  location: location
  tags: tags
}

// Of the workflow that deploys this template.
resource infra 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-infra'
  location: location
  tags: tags
}

// Of the workflows that deploy the control plane and the client.
resource deploy 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${base}-deploy'
  location: location
  tags: tags
}

@description('Object ids, to which roles are given, by the names above.')
output principals object = {
  functions: functions.properties.principalId
  sfu: sfu.properties.principalId
  mediaWorker: mediaWorker.properties.principalId
  turn: turn.properties.principalId
  cluster: cluster.properties.principalId
  kubelet: kubelet.properties.principalId
  certManager: certManager.properties.principalId
  keda: keda.properties.principalId
  images: images.properties.principalId
  infra: infra.properties.principalId
  deploy: deploy.properties.principalId
}

@description('Client ids, by which processes ask for tokens, by the names above.')
output clients object = {
  functions: functions.properties.clientId
  sfu: sfu.properties.clientId
  mediaWorker: mediaWorker.properties.clientId
  turn: turn.properties.clientId
  cluster: cluster.properties.clientId
  kubelet: kubelet.properties.clientId
  certManager: certManager.properties.clientId
  keda: keda.properties.clientId
  images: images.properties.clientId
  infra: infra.properties.clientId
  deploy: deploy.properties.clientId
}

@description('Names of the identities, by the names above.')
output names object = {
  functions: functions.name
  sfu: sfu.name
  mediaWorker: mediaWorker.name
  turn: turn.name
  cluster: cluster.name
  kubelet: kubelet.name
  certManager: certManager.name
  keda: keda.name
  images: images.name
  infra: infra.name
  deploy: deploy.name
}

@description('Resource ids, for what identities are attached to.')
output ids object = {
  functions: functions.id
  turn: turn.id
  cluster: cluster.id
  kubelet: kubelet.id
}
