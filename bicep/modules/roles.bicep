// Who may do what: every role of every identity, in one place. docs/deploy.md explains the matrix.
//
// `grants` gives Azure's roles, by resource; `dataGrants` those that Cosmos DB and Redis have of their own for their data.
// role-assignments.bicep writes both down. The workflow `infra` may give the roles of `grants` and, by a condition that
// Azure enforces, no others: so what gives it that right, and the definition of our own role, are written only where an
// owner deploys (`bootstrap`).

targetScope = 'subscription'

@description('Whether an owner of the subscription deploys, who may write what the workflow `infra` may not: its own roles, and definitions of roles.')
param bootstrap bool

@description('Resource group of everything.')
param groupName string

@description('Object ids of the identities: {functions, sfu, mediaWorker, turn, cluster, kubelet, certManager, keda, images, infra, deploy}.')
param principals object

@description('Names of the resources: {hostStorage, recordings, vault, webPubSub, cosmos, redis, eventHubs, communication, insights, metrics, registry, zone, functions, client, kubeletIdentity}.')
param names object

// Azure's own are in learn.microsoft.com, "Azure built-in roles".
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
  // Ours, below: none of Azure's is about Static Web Apps alone.
  ClientDeployer: guid(subscription().id, 'ClientDeployer')
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
    { to: 'deploy', role: 'ClientDeployer' }
  ]
  kubeletIdentity: [
    { to: 'cluster', role: 'ManagedIdentityOperator' }
  ]
}

var dataGrants = {
  cosmos: [
    // "Built-in Data Contributor": reads and writes documents, and makes no containers.
    { to: 'functions', role: '00000000-0000-0000-0000-000000000002' }
  ]
  redis: [
    // The access policy that there is: all commands on all keys.
    { to: 'functions', role: 'default' }
  ]
}

// On the subscription, for `infra`: all but giving roles, and giving those of `grants`.
var contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'
var accessAdministrator = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168'
var roleIds = [for role in items(roles): role.value]
var assignable = join(roleIds, ', ')

resource deploys 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (bootstrap) {
  name: guid(subscription().id, principals.infra, contributor)
  properties: {
    principalId: principals.infra
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', contributor)
  }
}

resource assigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (bootstrap) {
  name: guid(subscription().id, principals.infra, accessAdministrator)
  properties: {
    principalId: principals.infra
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', accessAdministrator)
    conditionVersion: '2.0'
    condition: '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/write\'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${assignable}})) AND ((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/delete\'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${assignable}}))'
  }
}

// Reads the token with which the client is deployed; "Website Contributor" is about `Microsoft.Web/sites` only. The
// environments of a subscription share it.
resource clientDeployer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (bootstrap) {
  name: roles.ClientDeployer
  properties: {
    // A name may be given once in a tenant.
    roleName: 'Parley client deployer (${subscription().subscriptionId})'
    description: 'May deploy the files of a Static Web App.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.Web/staticSites/read'
          'Microsoft.Web/staticSites/listSecrets/action'
        ]
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

module assignments 'role-assignments.bicep' = {
  scope: resourceGroup(groupName)
  name: 'role-assignments'
  params: {
    principals: principals
    names: names
    roles: roles
    grants: grants
    dataGrants: dataGrants
  }
  dependsOn: [
    clientDeployer
  ]
}
