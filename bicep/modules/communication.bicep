// Azure Communication Services: meetings that are held there, and e-mail from a domain of Azure's or one's own.

@description('Name of the resource: unique in Azure.')
param name string

@description('Tags of every resource.')
param tags object

@description('Where its data is kept, as `Europe` or `United States`.')
param dataLocation string

resource email 'Microsoft.Communication/emailServices@2025-09-01' = {
  name: '${name}-mail'
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
  }
}

resource senders 'Microsoft.Communication/emailServices/domains@2025-09-01' = {
  parent: email
  name: 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: {
    domainManagement: 'AzureManaged'
    userEngagementTracking: 'Disabled'
  }
}

resource communication 'Microsoft.Communication/communicationServices@2025-09-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    disableLocalAuth: true
    linkedDomains: [
      senders.id
    ]
  }
}

@description('Resource id.')
output id string = communication.id

@description('Name of the resource.')
output name string = communication.name

@description('The address that e-mail comes from; the setting PARLEY_EMAIL_SENDER.')
output emailSender string = 'DoNotReply@${senders.properties.mailFromSenderDomain}'

@description('Where it is asked; the setting PARLEY_ACS_ENDPOINT.')
output endpoint string = 'https://${communication.properties.hostName}'
