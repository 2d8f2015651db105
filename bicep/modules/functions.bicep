// The control plane on Azure Functions, Flex Consumption: identity-based storage, and the settings of function_app/config.py.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Name of the app: unique in Azure.')
param name string

@description('The app\'s identity: {id, clientId}.')
param identity object

@description('Subnet through which the app reaches private endpoints.')
param subnetId string

@description('Name of the host\'s storage account.')
param hostStorageName string

@description('Where the app is deployed from.')
param deploymentUrl string

@description('Python, as 3.11.')
param pythonVersion string

@description('Whether instances spread over availability zones.')
param zoneRedundant bool

@description('Memory of an instance in MB: 512, 2048 or 4096.')
param instanceMemory int

@description('Most instances.')
param maximumInstances int

@description('HTTP instances that are always ready, so that a join never waits for a cold start.')
param alwaysReady int

@description('Connection string of Application Insights.')
param insightsConnection string

@description('Id of the Front Door profile, the only one that may call the app.')
param frontDoorId string

@description('Name of the key vault of the secrets.')
param vaultName string

@description('The settings PARLEY_… that are no secrets and differ between environments.')
param settings object

// What is `…)` below ends a reference to Key Vault, which the host resolves with the app's identity.
var secret = '@Microsoft.KeyVault(VaultName=${vaultName};SecretName='

var appSettings = union({
    // Of the Functions host.
    AzureWebJobsStorage__accountName: hostStorageName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.clientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
    // Of the change feed triggers, which name the connection PARLEY_COSMOS.
    PARLEY_COSMOS__accountEndpoint: settings.PARLEY_COSMOS_ENDPOINT
    PARLEY_COSMOS__credential: 'managedidentity'
    PARLEY_COSMOS__clientId: identity.clientId
    // Of azure-identity, in the app itself.
    AZURE_CLIENT_ID: identity.clientId
    PARLEY_API_KEY_PEPPER: '${secret}api-key-pepper)'
    PARLEY_DELIVERY_REPORT_KEY: '${secret}delivery-report-key)'
    PARLEY_SERVICE_KEY: '${secret}service-key)'
    PARLEY_TURN_SECRET: '${secret}turn-secret)'
    PARLEY_WEB_PUSH_KEY: '${secret}web-push-key)'
    PARLEY_WEBPUBSUB_KEY: '${secret}webpubsub-key)'
  }, settings)

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  // checkov:skip=CKV_AZURE_225: it is where the region has zones: a parameter
  name: 'plan-${base}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  // checkov:skip=CKV_AZURE_222: Front Door is public, and the restrictions below let in our own and nobody else
  // checkov:skip=CKV_AZURE_17: Front Door shows no client certificate
  // checkov:skip=CKV_AZURE_212: always-ready instances are what Flex Consumption has instead
  // checkov:skip=CKV_AZURE_213: Front Door looks whether the app is well
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Said, because newer versions of the API take restrictions without it for a network that is closed.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    keyVaultReferenceIdentity: identity.id
    clientCertEnabled: false
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady > 0 ? [{ name: 'http', instanceCount: alwaysReady }] : []
        triggers: {
          http: {
            // Requests wait for others most of their time, WHIP offers even for a node that asks us; Python's default is one.
            perInstanceConcurrency: 16
          }
        }
      }
    }
    siteConfig: {
      appSettings: [for setting in items(appSettings): {
        name: setting.key
        value: setting.value
      }]
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: 'Deny'
      ipSecurityRestrictions: [
        {
          name: 'FrontDoor'
          description: 'Our own Front Door and no other: the header tells it, and only Front Door can set it.'
          priority: 100
          action: 'Allow'
          tag: 'ServiceTag'
          ipAddress: 'AzureFrontDoor.Backend'
          headers: {
            'x-azure-fdid': [
              frontDoorId
            ]
          }
        }
      ]
    }
  }
}

resource basicPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

@description('Resource id of the app.')
output id string = app.id

@description('Name of the app.')
output name string = app.name

@description('Host name of the app, behind Front Door.')
output hostName string = app.properties.defaultHostName
