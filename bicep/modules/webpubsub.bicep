// Web PubSub: signalling. Clients and nodes connect to it from anywhere, so it stays public.

@description('Azure region.')
param location string

@description('Name of the resource: unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('How many units, of 1,000 connections each; plan with 80 % of that.')
param units int

@description('Resource id of the Log Analytics workspace that gets its log.')
param logsId string

// Events from the service are signed with its access key and with nothing else, and the control plane takes no other
// proof: the key stays in use, and lives in Key Vault only (docs/adr/0011-signalling-key.md).
resource signalling 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  // checkov:skip=CKV_AZURE_176: it reaches nothing of Azure's
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard_S1'
    tier: 'Standard'
    capacity: units
  }
  properties: {
    disableLocalAuth: false
    disableAadAuth: false
    publicNetworkAccess: 'Enabled'
    tls: {
      clientCertEnabled: false
    }
  }
}

resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: signalling
  name: 'log'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'ConnectivityLogs'
        enabled: true
      }
    ]
  }
}

@description('Resource id.')
output id string = signalling.id

@description('Name of the resource.')
output name string = signalling.name

@description('Where it is asked; the setting PARLEY_WEBPUBSUB_ENDPOINT.')
output endpoint string = 'https://${signalling.properties.hostName}'
