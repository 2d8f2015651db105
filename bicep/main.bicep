// Parley in one subscription: a resource group with everything, wired together. docs/deploy.md walks through it.
//
// Order: what everything stands on; data; the control plane and what leads to it; the media plane; roles; alerts.

targetScope = 'subscription'

@description('Which environment this is; the setting PARLEY_ENVIRONMENT.')
@allowed([
  'dev'
  'staging'
  'prod'
])
param env string

@description('Whether an owner of the subscription deploys: the first time, and whenever roles.bicep has changed.')
param bootstrap bool

@description('Azure region.')
param location string

@description('Second region, for the data that must outlive the first; empty for none.')
param drLocation string

@description('What names begin with: 3 to 8 lower-case letters and digits.')
@minLength(3)
@maxLength(8)
param prefix string

@description('Tags of every resource.')
param tags object

@description('The platform\'s public host, as meet.example.com. It becomes a DNS zone of Azure\'s.')
param domain string

@description('Availability zones; empty where the region has none.')
param zones array

@description('Address range of the virtual network.')
param vnetCidr string

@description('Address ranges of the subnets: {functions, endpoints, turn, system, media}.')
param subnets object

@description('Kubernetes, as 1.36: one that AKS supports.')
param kubernetesVersion string

@description('Addresses that may reach the API server of the cluster; empty for all.')
param apiServerRanges array

@description('The cluster\'s system and control pools: {vmSize, diskGb, minimum, maximum}.')
param systemPool object

@description('The media pool: {vmSize, diskGb, minimum, maximum, prefixLength}, the last of the block of its public addresses.')
param mediaPool object

@description('First media port of a node host, PARLEY_MEDIA_PORT of its first node.')
param mediaPortStart int

@description('Last media port of a node host.')
param mediaPortEnd int

@description('The TURN servers: {vmSize, minimum, maximum, prefixLength}.')
param turnServers object

@description('Public key of who administers the TURN servers.')
param sshPublicKey string

@description('Web PubSub units, of 1,000 connections each.')
param webPubSubUnits int

@description('The Functions app: {memory, maximumInstances, alwaysReady, pythonVersion, zoneRedundant}.')
param functionsScale object

@description('Cosmos DB: {mode, meetingsMaxThroughput}, the mode `serverless` or `autoscale`.')
param cosmosScale object

@description('Redis: {sku, highAvailability}.')
param redisScale object

@description('Event Hubs: {sku, partitions}.')
param eventHubsScale object

@description('Redundancy of storage, as Standard_ZRS.')
param storageRedundancy string

@description('Days for which a recording can neither be changed nor deleted.')
param recordingRetentionDays int

@description('Log Analytics: {retentionDays, dailyQuotaGb}.')
param logScale object

@description('Where Communication Services keeps its data, as Europe.')
param communicationDataLocation string

@description('Requests a minute from one address above which Front Door refuses.')
param requestsPerMinute int

@description('Budget of a month: {amount, startDate, contactEmails}.')
param budget object

@description('Entra ID group that administers the cluster.')
param adminGroupId string

@description('How tokens of GitHub name the repository whose workflows deploy, as repo:OWNER@1/NAME@2; docs/deploy.md, step 2, asks for it.')
param githubSubjectPrefix string

@description('Where PagerDuty is told of alerts.')
@secure()
param pagerDutyUrl string

@description('Whether Event Grid brings delivery reports to the control plane, which must answer by then: docs/deploy.md, step 6.')
param deliveryReports bool

@description('Further settings of the control plane, PARLEY_… by name; see docs/configuration.md.')
param extraSettings object = {}

var base = '${prefix}-${env}'
var unique = take(uniqueString(subscription().id, base), 6)
var compact = '${prefix}${env}${unique}'
var allTags = union(tags, { 'azd-env-name': env, application: 'parley' })
var publicUrl = 'https://${domain}'
var databaseName = 'parley'
var githubIssuer = 'https://token.actions.githubusercontent.com'
var githubSubject = '${githubSubjectPrefix}:environment:'
// What coturn relays from: the range of RFC 6335 for ports that nobody has.
var turnRelayStart = 49152
var turnRelayEnd = 65535

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${base}'
  location: location
  tags: allTags
}

module network 'modules/network.bicep' = {
  scope: group
  name: 'network'
  params: {
    location: location
    base: base
    tags: allTags
    zones: zones
    vnetCidr: vnetCidr
    subnets: subnets
    mediaPortStart: mediaPortStart
    mediaPortEnd: mediaPortEnd
    mediaPrefixLength: mediaPool.prefixLength
    turnPrefixLength: turnServers.prefixLength
    turnRelayStart: turnRelayStart
    turnRelayEnd: turnRelayEnd
  }
}

module identities 'modules/identities.bicep' = {
  scope: group
  name: 'identities'
  params: {
    location: location
    base: base
    tags: allTags
  }
}

module monitor 'modules/monitor.bicep' = {
  scope: group
  name: 'monitor'
  params: {
    location: location
    base: base
    tags: allTags
    retentionDays: logScale.retentionDays
    dailyQuotaGb: logScale.dailyQuotaGb
  }
}

module zone 'modules/dns.bicep' = {
  scope: group
  name: 'dns'
  params: {
    zoneName: domain
    tags: allTags
  }
}

module vault 'modules/keyvault.bicep' = {
  scope: group
  name: 'keyvault'
  params: {
    location: location
    name: 'kv-${compact}'
    tags: allTags
    logsId: monitor.outputs.logsId
  }
}

module registry 'modules/acr.bicep' = {
  scope: group
  name: 'acr'
  params: {
    location: location
    name: 'cr${compact}'
    tags: allTags
    replicaLocations: empty(drLocation) ? [] : [drLocation]
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  name: 'storage'
  params: {
    location: location
    hostName: 'sth${compact}'
    recordingsName: 'str${compact}'
    tags: allTags
    redundancy: storageRedundancy
    recordingRetentionDays: recordingRetentionDays
    logsId: monitor.outputs.logsId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  name: 'cosmos'
  params: {
    location: location
    failoverLocation: drLocation
    name: 'cosmos-${base}-${unique}'
    tags: allTags
    mode: cosmosScale.mode
    meetingsMaxThroughput: cosmosScale.meetingsMaxThroughput
    zoneRedundant: !empty(zones)
    databaseName: databaseName
    logsId: monitor.outputs.logsId
  }
}

module redis 'modules/redis.bicep' = {
  scope: group
  name: 'redis'
  params: {
    location: location
    name: 'redis-${base}-${unique}'
    tags: allTags
    sku: redisScale.sku
    highAvailability: redisScale.highAvailability
  }
}

module eventHubs 'modules/eventhubs.bicep' = {
  scope: group
  name: 'eventhubs'
  params: {
    location: location
    name: 'evhns-${base}-${unique}'
    tags: allTags
    sku: eventHubsScale.sku
    partitions: eventHubsScale.partitions
  }
}

module webPubSub 'modules/webpubsub.bicep' = {
  scope: group
  name: 'webpubsub'
  params: {
    location: location
    name: 'wps-${base}-${unique}'
    tags: allTags
    units: webPubSubUnits
    logsId: monitor.outputs.logsId
  }
}

module communication 'modules/communication.bicep' = {
  scope: group
  name: 'communication'
  params: {
    name: 'acs-${base}-${unique}'
    tags: allTags
    dataLocation: communicationDataLocation
  }
}

module privateLinks 'modules/private-links.bicep' = {
  scope: group
  name: 'private-links'
  params: {
    location: location
    tags: allTags
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointsSubnetId
    zoneNames: [
      'privatelink.documents.azure.com'
      'privatelink.vaultcore.azure.net'
      'privatelink.blob.${environment().suffixes.storage}'
      'privatelink.queue.${environment().suffixes.storage}'
      'privatelink.table.${environment().suffixes.storage}'
      'privatelink.redis.azure.net'
      'privatelink.servicebus.windows.net'
    ]
    services: [
      { name: 'cosmos', id: cosmos.outputs.id, group: 'Sql', zone: 'privatelink.documents.azure.com' }
      { name: 'vault', id: vault.outputs.id, group: 'vault', zone: 'privatelink.vaultcore.azure.net' }
      { name: 'host-blob', id: storage.outputs.hostId, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
      { name: 'host-queue', id: storage.outputs.hostId, group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
      { name: 'host-table', id: storage.outputs.hostId, group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
      { name: 'recordings', id: storage.outputs.recordingsId, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
      { name: 'redis', id: redis.outputs.id, group: 'redisEnterprise', zone: 'privatelink.redis.azure.net' }
      { name: 'event-hubs', id: eventHubs.outputs.id, group: 'namespace', zone: 'privatelink.servicebus.windows.net' }
    ]
  }
}

module frontDoor 'modules/frontdoor.bicep' = {
  scope: group
  name: 'frontdoor'
  params: {
    base: base
    tags: allTags
    domain: domain
    zoneId: zone.outputs.id
    requestsPerMinute: requestsPerMinute
  }
}

module functions 'modules/functions.bicep' = {
  scope: group
  name: 'functions'
  params: {
    location: location
    base: base
    tags: allTags
    name: 'func-${base}-${unique}'
    identity: { id: identities.outputs.ids.functions, clientId: identities.outputs.clients.functions }
    subnetId: network.outputs.functionsSubnetId
    hostStorageName: storage.outputs.hostName
    deploymentUrl: storage.outputs.deploymentUrl
    pythonVersion: functionsScale.pythonVersion
    zoneRedundant: functionsScale.zoneRedundant
    instanceMemory: functionsScale.memory
    maximumInstances: functionsScale.maximumInstances
    alwaysReady: functionsScale.alwaysReady
    insightsConnection: monitor.outputs.insightsConnection
    frontDoorId: frontDoor.outputs.frontDoorId
    vaultName: vault.outputs.name
    settings: union({
      PARLEY_ENVIRONMENT: env
      PARLEY_PUBLIC_URL: publicUrl
      PARLEY_COSMOS_ENDPOINT: cosmos.outputs.endpoint
      PARLEY_COSMOS_DATABASE: databaseName
      PARLEY_WEBPUBSUB_ENDPOINT: webPubSub.outputs.endpoint
      PARLEY_KEY_VAULT_URL: vault.outputs.url
      PARLEY_REDIS_URL: redis.outputs.url
      PARLEY_NODE_NETWORKS: subnets.media
      // Front Door, and the front end of Azure Functions.
      PARLEY_PROXIES: '2'
      PARLEY_TURN_URLS: 'turn:turn.${domain}:3478?transport=udp,turns:turn.${domain}:443?transport=tcp'
      PARLEY_ACS_ENDPOINT: communication.outputs.endpoint
      PARLEY_EMAIL_SENDER: communication.outputs.emailSender
    }, extraSettings)
  }
  dependsOn: [
    privateLinks
  ]
}

module client 'modules/static-web-app.bicep' = {
  scope: group
  name: 'static-web-app'
  params: {
    location: location
    name: 'stapp-${base}'
    tags: allTags
  }
}

module frontDoorRoutes 'modules/frontdoor-routes.bicep' = {
  scope: group
  name: 'frontdoor-routes'
  params: {
    profileName: frontDoor.outputs.name
    endpointName: frontDoor.outputs.endpointName
    domainName: frontDoor.outputs.domainName
    functionsHost: functions.outputs.hostName
    clientHost: client.outputs.hostName
  }
}

module signallingHub 'modules/webpubsub-hub.bicep' = {
  scope: group
  name: 'webpubsub-hub'
  params: {
    webPubSubName: webPubSub.outputs.name
    vaultName: vault.outputs.name
    publicUrl: publicUrl
  }
  dependsOn: [
    frontDoorRoutes
  ]
}

resource secrets 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  scope: group
  name: 'kv-${compact}'
}

module reports 'modules/delivery-reports.bicep' = if (deliveryReports) {
  scope: group
  name: 'delivery-reports'
  params: {
    name: 'evgt-${base}-communication'
    tags: allTags
    communicationId: communication.outputs.id
    publicUrl: publicUrl
    key: secrets.getSecret('delivery-report-key')
  }
  dependsOn: [
    frontDoorRoutes
  ]
}

module cluster 'modules/aks.bicep' = {
  scope: group
  name: 'aks'
  params: {
    location: location
    base: base
    tags: allTags
    kubernetesVersion: kubernetesVersion
    zones: zones
    vmSize: systemPool.vmSize
    diskGb: systemPool.diskGb
    minimumNodes: systemPool.minimum
    maximumNodes: systemPool.maximum
    subnetId: network.outputs.systemSubnetId
    clusterIdentityId: identities.outputs.ids.cluster
    kubeletIdentity: { id: identities.outputs.ids.kubelet, clientId: identities.outputs.clients.kubelet, principalId: identities.outputs.principals.kubelet }
    adminGroupId: adminGroupId
    authorizedRanges: apiServerRanges
    metricsRuleId: monitor.outputs.scrapingRuleId
    containersRuleId: monitor.outputs.containersRuleId
    logsId: monitor.outputs.logsId
  }
  dependsOn: [
    roles
  ]
}

module mediaHosts 'modules/aks-media-pool.bicep' = {
  scope: group
  name: 'aks-media-pool'
  params: {
    clusterName: cluster.outputs.name
    zones: zones
    kubernetesVersion: kubernetesVersion
    vmSize: mediaPool.vmSize
    diskGb: mediaPool.diskGb
    minimumNodes: mediaPool.minimum
    maximumNodes: mediaPool.maximum
    subnetId: network.outputs.mediaSubnetId
    addressPrefixId: network.outputs.mediaPrefixId
    mediaHostsId: network.outputs.mediaHostsId
    mediaPortStart: mediaPortStart
    mediaPortEnd: mediaPortEnd
  }
}

module federations 'modules/federations.bicep' = {
  scope: group
  name: 'federations'
  params: {
    federations: [
      { identity: identities.outputs.names.sfu, name: 'sfu-stable', issuer: cluster.outputs.oidcIssuer, subject: 'system:serviceaccount:parley:sfu-stable' }
      { identity: identities.outputs.names.sfu, name: 'sfu-canary', issuer: cluster.outputs.oidcIssuer, subject: 'system:serviceaccount:parley:sfu-canary' }
      { identity: identities.outputs.names.turn, name: 'coturn', issuer: cluster.outputs.oidcIssuer, subject: 'system:serviceaccount:parley:coturn-${env}' }
      { identity: identities.outputs.names.mediaWorker, name: 'media-worker', issuer: cluster.outputs.oidcIssuer, subject: 'system:serviceaccount:parley:media-worker' }
      { identity: identities.outputs.names.certManager, name: 'cert-manager', issuer: cluster.outputs.oidcIssuer, subject: 'system:serviceaccount:cert-manager:cert-manager' }
      { identity: identities.outputs.names.keda, name: 'keda', issuer: cluster.outputs.oidcIssuer, subject: 'system:serviceaccount:kube-system:keda-operator' }
      { identity: identities.outputs.names.images, name: 'images', issuer: githubIssuer, subject: '${githubSubject}images-${env}' }
      { identity: identities.outputs.names.infra, name: 'infra', issuer: githubIssuer, subject: '${githubSubject}infra-${env}' }
      { identity: identities.outputs.names.infra, name: 'infra-preview', issuer: githubIssuer, subject: '${githubSubject}infra-preview-${env}' }
      { identity: identities.outputs.names.deploy, name: 'functions', issuer: githubIssuer, subject: '${githubSubject}functions-${env}' }
      { identity: identities.outputs.names.deploy, name: 'web', issuer: githubIssuer, subject: '${githubSubject}web-${env}' }
      { identity: identities.outputs.names.deploy, name: 'promote', issuer: githubIssuer, subject: '${githubSubject}promote-${env}' }
      { identity: identities.outputs.names.deploy, name: 'chaos', issuer: githubIssuer, subject: '${githubSubject}chaos-${env}' }
    ]
  }
}

module turnBalancer 'modules/turn-balancer.bicep' = {
  scope: group
  name: 'turn-balancer'
  params: {
    location: location
    base: base
    tags: allTags
    zones: zones
    logsId: monitor.outputs.logsId
  }
}

module records 'modules/dns-records.bicep' = {
  scope: group
  name: 'dns-records'
  params: {
    zoneName: zone.outputs.name
    frontDoorEndpointId: frontDoor.outputs.endpointId
    validationToken: frontDoor.outputs.validationToken
    turnAddressId: turnBalancer.outputs.addressId
  }
}

module turn 'modules/turn-vmss.bicep' = {
  scope: group
  name: 'turn-vmss'
  params: {
    location: location
    base: base
    tags: allTags
    zones: zones
    vmSize: turnServers.vmSize
    minimumServers: turnServers.minimum
    maximumServers: turnServers.maximum
    subnetId: network.outputs.turnSubnetId
    backendPoolId: turnBalancer.outputs.backendPoolId
    addressPrefixId: network.outputs.turnPrefixId
    identity: { id: identities.outputs.ids.turn, clientId: identities.outputs.clients.turn }
    vaultName: vault.outputs.name
    turnHost: records.outputs.turnHost
    relayStart: turnRelayStart
    relayEnd: turnRelayEnd
    sshPublicKey: sshPublicKey
  }
  dependsOn: [
    roles
  ]
}

module roles 'modules/roles.bicep' = {
  name: 'roles-${env}'
  params: {
    bootstrap: bootstrap
    groupName: group.name
    principals: identities.outputs.principals
    names: {
      hostStorage: storage.outputs.hostName
      recordings: storage.outputs.recordingsName
      vault: vault.outputs.name
      webPubSub: webPubSub.outputs.name
      cosmos: cosmos.outputs.name
      redis: redis.outputs.name
      eventHubs: eventHubs.outputs.name
      communication: communication.outputs.name
      insights: monitor.outputs.insightsName
      metrics: monitor.outputs.metricsName
      registry: registry.outputs.name
      zone: zone.outputs.name
      functions: functions.outputs.name
      client: client.outputs.name
      kubeletIdentity: identities.outputs.names.kubelet
    }
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    location: location
    base: base
    tags: allTags
    pagerDutyUrl: pagerDutyUrl
    metricsId: monitor.outputs.metricsId
    clusterName: cluster.outputs.name
    webPubSubId: webPubSub.outputs.id
    cosmosId: cosmos.outputs.id
    turnId: turn.outputs.id
    logsId: monitor.outputs.logsId
    vaultId: vault.outputs.id
  }
}

module spending 'modules/budget.bicep' = {
  name: 'budget-${env}'
  params: {
    name: 'budget-${base}'
    resourceGroupName: group.name
    amount: budget.amount
    startDate: budget.startDate
    actionGroupId: alerts.outputs.actionGroupId
    contactEmails: budget.contactEmails
  }
}

@description('Resource group of everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The platform\'s address.')
output PUBLIC_URL string = publicUrl

@description('Name servers to enter where the domain above ours is kept.')
output NAME_SERVERS array = zone.outputs.nameServers

@description('Name of the Functions app.')
output FUNCTIONS_NAME string = functions.outputs.name

@description('Name of the Static Web App.')
output CLIENT_NAME string = client.outputs.name

@description('Name of the key vault.')
output VAULT_NAME string = vault.outputs.name

@description('The registry, as NAME.azurecr.io.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.server

@description('Name of the cluster.')
output AZURE_AKS_CLUSTER_NAME string = cluster.outputs.name

@description('Where Prometheus metrics are asked for.')
output METRICS_QUERY_URL string = monitor.outputs.metricsQueryUrl

@description('Client ids of the identities, for Helm values and GitHub variables.')
output CLIENT_IDS object = identities.outputs.clients

@description('Object ids of the identities, for access inside the cluster.')
output PRINCIPAL_IDS object = identities.outputs.principals
