// Private endpoints: data services are reached from the virtual network, by their usual names.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the virtual network in which the names are answered.')
param networkId string

@description('Subnet of the endpoints.')
param subnetId string

@description('What is reached: a list of {name, id, group, zone}, where group is the sub-resource and zone the private DNS zone.')
param services array

@description('The private DNS zones of the services, each once.')
param zoneNames array

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [for zoneName in zoneNames: {
  name: zoneName
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (zoneName, index) in zoneNames: {
  parent: zones[index]
  name: 'platform'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: networkId
    }
  }
}]

// One after the other: a storage account takes one at a time, and refuses the next (StorageAccountOperationInProgress).
@batchSize(1)
resource endpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [for service in services: {
  name: 'pe-${service.name}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: service.name
        properties: {
          privateLinkServiceId: service.id
          groupIds: [
            service.group
          ]
        }
      }
    ]
  }
}]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (service, index) in services: {
  parent: endpoints[index]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'zone'
        properties: {
          privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', service.zone)
        }
      }
    ]
  }
  dependsOn: [
    zones
  ]
}]

@description('How many endpoints there are.')
output count int = length(services)
