// Two storage accounts: one for the Functions host (packages, leases, keys of its own), one for recordings.

@description('Azure region.')
param location string

@description('Name of the host\'s account: letters and digits, at most 24, unique in Azure.')
param hostName string

@description('Name of the account of recordings: letters and digits, at most 24, unique in Azure.')
param recordingsName string

@description('Tags of every resource.')
param tags object

@description('How the data is kept: Standard_LRS, or Standard_ZRS and Standard_GZRS where a zone or a region may fail.')
param redundancy string

@description('Days for which a recording can neither be changed nor deleted.')
param recordingRetentionDays int

@description('Resource id of the Log Analytics workspace that learns who read recordings.')
param logsId string

var deploymentContainer = 'deployments'
var recordingsContainer = 'recordings'

resource host 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // checkov:skip=CKV_AZURE_206: redundancy is a parameter; production has zones and a second region
  // checkov:skip=CKV_AZURE_43: the name is a parameter, made of letters and digits
  name: hostName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
    }
  }
}

resource hostBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: host
  name: 'default'
}

resource deployments 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: hostBlobs
  name: deploymentContainer
  properties: {
    publicAccess: 'None'
  }
}

resource recordings 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // checkov:skip=CKV_AZURE_206: redundancy is a parameter; production has zones and a second region
  // checkov:skip=CKV_AZURE_43: the name is a parameter, made of letters and digits
  name: recordingsName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
    }
  }
}

resource recordingBlobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: recordings
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: 30
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 30
    }
  }
}

resource recorded 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: recordingBlobs
  name: recordingsContainer
  properties: {
    publicAccess: 'None'
  }
}

resource kept 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = {
  parent: recorded
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: recordingRetentionDays
    allowProtectedAppendWrites: false
  }
}

resource ageing 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: recordings
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'cooler-when-old'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                '${recordingsContainer}/'
              ]
            }
            actions: {
              baseBlob: {
                tierToCool: {
                  daysAfterModificationGreaterThan: 30
                }
                tierToCold: {
                  daysAfterModificationGreaterThan: 90
                }
              }
            }
          }
        }
      ]
    }
  }
}

resource reads 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: recordingBlobs
  name: 'audit'
  properties: {
    workspaceId: logsId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the host\'s account.')
output hostId string = host.id

@description('Name of the host\'s account.')
output hostName string = host.name

@description('Where the Functions app is deployed from.')
output deploymentUrl string = '${host.properties.primaryEndpoints.blob}${deploymentContainer}'

@description('Resource id of the account of recordings.')
output recordingsId string = recordings.id

@description('Name of the account of recordings.')
output recordingsName string = recordings.name
