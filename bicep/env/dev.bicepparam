using '../main.bicep'

param env = 'dev'
param bootstrap = bool(readEnvironmentVariable('PARLEY_BOOTSTRAP', 'false'))
param location = 'westeurope'
param drLocation = ''
param prefix = 'parley'
param tags = {
  environment: 'dev'
}
param domain = readEnvironmentVariable('PARLEY_DOMAIN', 'meet.example.com')
param zones = []
param vnetCidr = '10.42.0.0/16'
param subnets = {
  functions: '10.42.0.0/24'
  endpoints: '10.42.1.0/24'
  turn: '10.42.2.0/24'
  system: '10.42.16.0/20'
  media: '10.42.32.0/20'
}
param kubernetesVersion = '1.36'
param apiServerRanges = []
param systemPool = {
  vmSize: 'Standard_D2ds_v5'
  diskGb: 64
  minimum: 1
  maximum: 2
}
param mediaPool = {
  vmSize: 'Standard_D2ds_v5'
  diskGb: 64
  minimum: 1
  maximum: 3
  prefixLength: 28
}
param mediaPortStart = 40000
param mediaPortEnd = 40063
param turnServers = {
  vmSize: 'Standard_D2s_v5'
  minimum: 1
  maximum: 2
  prefixLength: 29
}
param sshPublicKey = readEnvironmentVariable('PARLEY_SSH_PUBLIC_KEY', '')
param webPubSubUnits = 1
param functionsScale = {
  memory: 2048
  maximumInstances: 40
  alwaysReady: 0
  pythonVersion: '3.11'
  zoneRedundant: false
}
param cosmosScale = {
  mode: 'serverless'
  meetingsMaxThroughput: 0
}
param redisScale = {
  sku: 'Balanced_B0'
  highAvailability: false
}
param eventHubsScale = {
  sku: 'Standard'
  partitions: 2
}
param storageRedundancy = 'Standard_LRS'
param recordingRetentionDays = 1
param logScale = {
  retentionDays: 30
  dailyQuotaGb: 2
}
param communicationDataLocation = 'Europe'
param deliveryReports = bool(readEnvironmentVariable('PARLEY_DELIVERY_REPORTS', 'false'))
param requestsPerMinute = 3000
param budget = {
  amount: 1600
  startDate: '2027-01-01'
  contactEmails: [
    readEnvironmentVariable('PARLEY_BUDGET_EMAIL', 'budget@example.com')
  ]
}
param adminGroupId = readEnvironmentVariable('PARLEY_ADMIN_GROUP', '')
param githubSubjectPrefix = readEnvironmentVariable('PARLEY_GITHUB_SUBJECT', 'repo:example@1/parley@2')
param pagerDutyUrl = readEnvironmentVariable('PARLEY_PAGERDUTY_URL', '')
