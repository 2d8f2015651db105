// The registry of container images. Only digests are deployed, so tags may move.

@description('Azure region.')
param location string

@description('Name of the registry: letters and digits, unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('Further regions in which images are kept close to their nodes.')
param replicaLocations array

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  // checkov:skip=CKV_AZURE_166: images are scanned and signed before they are pushed
  // checkov:skip=CKV_AZURE_139: GitHub's runners push from anywhere, with an identity
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Premium'
  }
  properties: {
    adminUserEnabled: false
    dataEndpointEnabled: true
    publicNetworkAccess: 'Enabled'
    zoneRedundancy: 'Enabled'
    policies: {
      retentionPolicy: {
        days: 30
        status: 'enabled'
      }
    }
  }
}

resource replicas 'Microsoft.ContainerRegistry/registries/replications@2023-07-01' = [for replica in replicaLocations: {
  parent: registry
  name: replica
  location: replica
  tags: tags
  properties: {
    regionEndpointEnabled: true
    zoneRedundancy: 'Enabled'
  }
}]

@description('Resource id of the registry.')
output id string = registry.id

@description('Name of the registry.')
output name string = registry.name

@description('What images are named by, as NAME.azurecr.io.')
output server string = registry.properties.loginServer
