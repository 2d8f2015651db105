// Azure Managed Redis: what instances of the control plane know together: nodes, sessions, rate limits.

@description('Azure region.')
param location string

@description('Name of the cluster: unique in Azure in its region.')
param name string

@description('Tags of every resource.')
param tags object

@description('Size, as Balanced_B1.')
param sku string

@description('Whether a second node takes over when the first fails.')
param highAvailability bool

resource cluster 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
  }
  properties: {
    highAvailability: highAvailability ? 'Enabled' : 'Disabled'
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {
  parent: cluster
  name: 'default'
  properties: {
    accessKeysAuthentication: 'Disabled'
    clientProtocol: 'Encrypted'
    // One address for the whole cluster: our client is not one that knows slots.
    clusteringPolicy: 'EnterpriseCluster'
    // Everything has a time to live. What is lost is rebuilt by the nodes' next heartbeats.
    evictionPolicy: 'VolatileTTL'
    port: 10000
  }
}

@description('Resource id of the cluster.')
output id string = cluster.id

@description('Name of the cluster.')
output name string = cluster.name

@description('The setting PARLEY_REDIS_URL: no password in it, for the control plane shows its identity.')
output url string = 'rediss://${cluster.properties.hostName}:${database.properties.port}'
