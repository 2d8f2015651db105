// The hub of signalling, and where its events go. Made when the Functions app answers, for Web PubSub asks it first
// whether it wants them (CloudEvents abuse protection).

@description('Name of the Web PubSub resource.')
param webPubSubName string

@description('Name of the key vault that keeps its access key.')
param vaultName string

@description('The platform\'s public address, without a slash at its end.')
param publicUrl string

resource signalling 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = {
  name: webPubSubName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource hub 'Microsoft.SignalRService/webPubSub/hubs@2024-03-01' = {
  parent: signalling
  name: 'meetings'
  properties: {
    anonymousConnectPolicy: 'deny'
    eventHandlers: [
      {
        urlTemplate: '${publicUrl}/internal/webpubsub'
        userEventPattern: '*'
        // Nobody waits for a `connect` handler: the access token says all there is to say.
        systemEvents: [
          'connected'
          'disconnected'
        ]
      }
    ]
  }
}

resource key 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  // checkov:skip=CKV_AZURE_41: it ends when it is regenerated: docs/runbooks/certificate-rotation.md
  parent: vault
  name: 'webpubsub-key'
  properties: {
    contentType: 'Access key of Web PubSub ${webPubSubName}'
    value: signalling.listKeys().primaryKey
  }
}

@description('Name of the hub, as parley_protocol/addresses.py has it.')
output name string = hub.name
