using '../main.bicep'

param env = 'prod'
param bootstrap = bool(readEnvironmentVariable('PARLEY_BOOTSTRAP', 'false'))
param location = 'westeurope'
param drLocation = 'northeurope'
param prefix = 'parley'
param tags = {
  environment: 'prod'
}
param domain = readEnvironmentVariable('PARLEY_DOMAIN', 'meet.example.com')
param zones = ['1', '2', '3']
param vnetCidr = '10.40.0.0/16'
param subnets = {
  functions: '10.40.0.0/24'
  endpoints: '10.40.1.0/24'
  turn: '10.40.2.0/24'
  system: '10.40.16.0/20'
  media: '10.40.32.0/20'
}
param kubernetesVersion = '1.36'
param apiServerRanges = []
param systemPool = {
  vmSize: 'Standard_D4ds_v5'
  diskGb: 128
  minimum: 3
  maximum: 6
}
param mediaPool = {
  vmSize: 'Standard_D8ds_v5'
  diskGb: 128
  minimum: 3
  maximum: 16
  prefixLength: 27
}
param mediaPortStart = 40000
param mediaPortEnd = 40063
param turnServers = {
  vmSize: 'Standard_D4s_v5'
  minimum: 3
  maximum: 10
  prefixLength: 28
}
param sshPublicKey = readEnvironmentVariable('PARLEY_SSH_PUBLIC_KEY', '')
param webPubSubUnits = 10
param functionsScale = {
  memory: 2048
  maximumInstances: 100
  alwaysReady: 3
  pythonVersion: '3.11'
  zoneRedundant: true
}
param cosmosScale = {
  mode: 'autoscale'
  meetingsMaxThroughput: 20000
}
param redisScale = {
  sku: 'Balanced_B5'
  highAvailability: true
}
param eventHubsScale = {
  sku: 'Standard'
  partitions: 16
}
param storageRedundancy = 'Standard_GZRS'
param recordingRetentionDays = 30
param logScale = {
  retentionDays: 90
  dailyQuotaGb: -1
}
param communicationDataLocation = 'Europe'
param deliveryReports = bool(readEnvironmentVariable('PARLEY_DELIVERY_REPORTS', 'false'))
param requestsPerMinute = 3000
param budget = {
  amount: 10000
  startDate: '2027-01-01'
  contactEmails: [
    readEnvironmentVariable('PARLEY_BUDGET_EMAIL', 'budget@example.com')
  ]
}
param adminGroupId = readEnvironmentVariable('PARLEY_ADMIN_GROUP', '')
param githubSubjectPrefix = readEnvironmentVariable('PARLEY_GITHUB_SUBJECT', 'repo:example@1/parley@2')
param pagerDutyUrl = readEnvironmentVariable('PARLEY_PAGERDUTY_URL', '')
