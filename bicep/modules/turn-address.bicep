// The public address of the TURN servers, which their DNS record and their load balancer share.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Availability zones; empty where the region has none.')
param zones array

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-${base}-turn'
  location: location
  tags: tags
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
    idleTimeoutInMinutes: 30
  }
}

@description('Resource id of the address.')
output id string = address.id
