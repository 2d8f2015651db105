// Writes down what roles.bicep gives: that file is the one to read, and to change. A block here is about a resource.

@description('Object ids of the identities: {functions, sfu, mediaWorker, turn, cluster, kubelet, certManager, keda, images, infra, deploy}.')
param principals object

@description('Names of the resources: {hostStorage, recordings, vault, webPubSub, cosmos, redis, eventHubs, communication, insights, metrics, registry, zone, functions, client, kubeletIdentity}.')
param names object

@description('Ids of roles, by the names that `grants` uses.')
param roles object

@description('Who has which role on what: {resource: [{to, role}]}, `to` a name of `principals`, `role` one of `roles`; `group` is the resource group.')
param grants object

@description('The same for the data of Cosmos DB and Redis, with the ids of their own roles.')
param dataGrants object

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

resource communication 'Microsoft.Communication/communicationServices@2025-09-01' existing = {
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

resource cosmosRoles 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = [for grant in dataGrants.cosmos: {
  parent: cosmos
  name: guid(cosmos.id, principals[grant.to], grant.role)
  properties: {
    principalId: principals[grant.to]
    roleDefinitionId: '${cosmos.id}/sqlRoleDefinitions/${grant.role}'
    scope: cosmos.id
  }
}]

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' existing = {
  name: names.redis
}

resource redisDatabase 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' existing = {
  parent: redis
  name: 'default'
}

resource redisRoles 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-07-01' = [for grant in dataGrants.redis: {
  parent: redisDatabase
  name: grant.to
  properties: {
    accessPolicyName: grant.role
    user: {
      objectId: principals[grant.to]
    }
  }
}]
