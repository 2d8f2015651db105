// The web client's files, behind Front Door.

@description('Azure region. Where there are no Static Web Apps the resource is in another one; its files are everywhere.')
param location string

@description('Name of the resource.')
param name string

@description('Tags of every resource.')
param tags object

var regions = [
  'centralus'
  'eastasia'
  'eastus2'
  'westeurope'
  'westus2'
]

resource client 'Microsoft.Web/staticSites@2024-04-01' = {
  name: name
  location: contains(regions, location) ? location : 'westeurope'
  tags: union(tags, { 'azd-service-name': 'client' })
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    // Deployed by the workflow, from what was tested there; nothing is built by the service.
    allowConfigFileUpdates: false
    stagingEnvironmentPolicy: 'Disabled'
    publicNetworkAccess: 'Enabled'
  }
}

@description('Name of the resource.')
output name string = client.name

@description('Host name of the files, behind Front Door.')
output hostName string = client.properties.defaultHostname
