// Key Vault: signing keys, the secrets that have to be shared, and the certificate of the TURN servers.

@description('Azure region.')
param location string

@description('Name of the vault: 3 to 24 characters, unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('Resource id of the Log Analytics workspace that gets the audit log.')
param logsId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    // The template hands Event Grid the key of delivery reports.
    enabledForTemplateDeployment: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'AzureServices'
    }
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
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

@description('Resource id of the vault.')
output id string = vault.id

@description('Name of the vault.')
output name string = vault.name

@description('Where it is asked, as https://NAME.vault.azure.net/.')
output url string = vault.properties.vaultUri
