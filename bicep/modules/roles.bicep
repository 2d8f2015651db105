// Who may do what: every role of every identity, in one place. docs/deploy.md explains the matrix.
//
// Azure's own roles are given by `grants`, by resource. Cosmos DB and Redis have roles of their own for their data.

@description('Object ids of the identities: {functions, sfu, mediaWorker, turn, cluster, kubelet, certManager, keda, images, infra, deploy}.')
param principals object

@description('Names of the resources: {hostStorage, recordings, vault, webPubSub, cosmos, redis, eventHubs, communication, insights, metrics, registry, zone, functions, client, kubeletIdentity}.')
param names object

// learn.microsoft.com, "Azure built-in roles".
var roles = {
  AksClusterUser: '4abbcc35-e782-43d8-92c5-2d3f1bd2253f'
  AcrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  AcrPush: '8311e382-0749-4cb8-b61a-304f252e45ec'
  CommunicationAndEmailServiceOwner: '09976791-48a7-449e-bb21-39d1a415f350'
  DnsZoneContributor: 'befefa01-2a29-4197-83a8-272ff33ce314'
  EventHubsDataReceiver: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
  EventHubsDataSender: '2b629674-e913-4c01-ae53-ef4638d8f975'
  KeyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  ManagedIdentityOperator: 'f1a07417-d97a-45cb-824c-7a7467783830'
  MonitoringDataReader: 'b0d8363b-8ddd-447d-831f-62ca05bff136'
  MonitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  NetworkContributor: '4d97b98b-1d4f-4787-a291-c67834d212e7'
  StorageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  StorageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  StorageBlobDelegator: 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
  StorageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  StorageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  WebPubSubServiceOwner: '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
  WebsiteContributor: 'de139f84-1756-47ae-9be6-808fbbe84772'
}

var grants = {
  hostStorage: [
    { to: 'functions', role: 'StorageBlobDataOwner' }
    { to: 'functions', role: 'StorageQueueDataContributor' }
    { to: 'functions', role: 'StorageTableDataContributor' }
    { to: 'deploy', role: 'StorageBlobDataContributor' }
  ]
  recordings: [
    { to: 'functions', role: 'StorageBlobDataContributor' }
    { to: 'functions', role: 'StorageBlobDelegator' }
    { to: 'mediaWorker', role: 'StorageBlobDataContributor' }
  ]
  vault: [
    { to: 'functions', role: 'KeyVaultSecretsUser' }
    { to: 'sfu', role: 'KeyVaultSecretsUser' }
    { to: 'turn', role: 'KeyVaultSecretsUser' }
  ]
  webPubSub: [
    { to: 'functions', role: 'WebPubSubServiceOwner' }
  ]
  eventHubs: [
    { to: 'functions', role: 'EventHubsDataSender' }
    { to: 'mediaWorker', role: 'EventHubsDataReceiver' }
    { to: 'keda', role: 'EventHubsDataReceiver' }
  ]
  communication: [
    { to: 'functions', role: 'CommunicationAndEmailServiceOwner' }
  ]
  insights: [
    { to: 'functions', role: 'MonitoringMetricsPublisher' }
  ]
  metrics: [
    { to: 'keda', role: 'MonitoringDataReader' }
    { to: 'deploy', role: 'MonitoringDataReader' }
  ]
  registry: [
    { to: 'kubelet', role: 'AcrPull' }
    { to: 'images', role: 'AcrPush' }
  ]
  zone: [
    { to: 'certManager', role: 'DnsZoneContributor' }
  ]
  functions: [
    { to: 'deploy', role: 'WebsiteContributor' }
  ]
  // What is about no single resource, or about one that waits for the roles here: the cluster.
  group: [
    { to: 'deploy', role: 'AksClusterUser' }
    // It joins subnets, blocks of addresses and the security group of the media hosts.
    { to: 'cluster', role: 'NetworkContributor' }
  ]
  client: [
    { to: 'deploy', role: 'WebsiteContributor' }
  ]
  kubeletIdentity: [
    { to: 'cluster', role: 'ManagedIdentityOperator' }
  ]
}

// Cosmos DB's "Built-in Data Contributor": reads and writes documents, and makes no containers.
var cosmosDataContributor = '00000000-0000-0000-0000-000000000002'

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: names.hostStorage
}

resource hostStorageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.hostStorage: {
  scope: hostStorage
  name: guid(hostStorage.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource recordings 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: names.recordings
}

resource recordingsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.recordings: {
  scope: recordings
  name: guid(recordings.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: names.vault
}

resource vaultRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.vault: {
  scope: vault
  name: guid(vault.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource webPubSub 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = {
  name: names.webPubSub
}

resource webPubSubRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.webPubSub: {
  scope: webPubSub
  name: guid(webPubSub.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource eventHubs 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: names.eventHubs
}

resource eventHubsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.eventHubs: {
  scope: eventHubs
  name: guid(eventHubs.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource communication 'Microsoft.Communication/communicationServices@2023-04-01' existing = {
  name: names.communication
}

resource communicationRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.communication: {
  scope: communication
  name: guid(communication.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: names.insights
}

resource insightsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.insights: {
  scope: insights
  name: guid(insights.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource metrics 'Microsoft.Monitor/accounts@2023-04-03' existing = {
  name: names.metrics
}

resource metricsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.metrics: {
  scope: metrics
  name: guid(metrics.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: names.registry
}

resource registryRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.registry: {
  scope: registry
  name: guid(registry.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource zone 'Microsoft.Network/dnsZones@2018-05-01' existing = {
  name: names.zone
}

resource zoneRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.zone: {
  scope: zone
  name: guid(zone.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource functions 'Microsoft.Web/sites@2024-04-01' existing = {
  name: names.functions
}

resource functionsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.functions: {
  scope: functions
  name: guid(functions.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource client 'Microsoft.Web/staticSites@2024-04-01' existing = {
  name: names.client
}

resource clientRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.client: {
  scope: client
  name: guid(client.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource kubeletIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: names.kubeletIdentity
}

resource kubeletIdentityRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.kubeletIdentity: {
  scope: kubeletIdentity
  name: guid(kubeletIdentity.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource groupRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in grants.group: {
  name: guid(resourceGroup().id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[grant.role])
  }
}]

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' existing = {
  name: names.cosmos
}

resource cosmosData 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = {
  parent: cosmos
  name: guid(cosmos.id, principals.functions, cosmosDataContributor)
  properties: {
    principalId: principals.functions
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${cosmosDataContributor}'
    scope: cosmos.id
  }
}

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = {
  name: names.redis
}

resource redisDatabase 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' existing = {
  parent: redis
  name: 'default'
}

resource redisData 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = {
  parent: redisDatabase
  name: 'functions'
  properties: {
    accessPolicyName: 'default'
    user: {
      objectId: principals.functions
    }
  }
}

@description('Who has which role on what.')
output matrix object = grants

@description('Ids of the roles that are given here, which the workflow `infra` may give, too.')
output roleIds array = [
  roles.AksClusterUser
  roles.AcrPull
  roles.AcrPush
  roles.CommunicationAndEmailServiceOwner
  roles.DnsZoneContributor
  roles.EventHubsDataReceiver
  roles.EventHubsDataSender
  roles.KeyVaultSecretsUser
  roles.ManagedIdentityOperator
  roles.MonitoringDataReader
  roles.MonitoringMetricsPublisher
  roles.NetworkContributor
  roles.StorageBlobDataContributor
  roles.StorageBlobDataOwner
  roles.StorageBlobDelegator
  roles.StorageQueueDataContributor
  roles.StorageTableDataContributor
  roles.WebPubSubServiceOwner
  roles.WebsiteContributor
]
