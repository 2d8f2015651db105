// The platform's DNS zone. Its name servers must be entered where the domain above it is kept (docs/deploy.md).

@description('Name of the zone, as meet.example.com: the platform\'s public host.')
param zoneName string

@description('Tags of every resource.')
param tags object

resource zone 'Microsoft.Network/dnsZones@2018-05-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

// Only these may sign for names in the zone: Front Door's certificates, and those that cert-manager gets.
resource authorities 'Microsoft.Network/dnsZones/CAA@2018-05-01' = {
  parent: zone
  name: '@'
  properties: {
    TTL: 3600
    caaRecords: [
      {
        flags: 0
        tag: 'issue'
        value: 'digicert.com'
      }
      {
        flags: 0
        tag: 'issue'
        value: 'letsencrypt.org'
      }
    ]
  }
}

@description('Resource id of the zone.')
output id string = zone.id

@description('Name of the zone.')
output name string = zone.name

@description('Name servers to enter above.')
output nameServers array = zone.properties.nameServers
