// Where the platform's names point.

@description('Name of the zone.')
param zoneName string

@description('Resource id of Front Door\'s endpoint, to which the zone\'s own name points.')
param frontDoorEndpointId string

@description('What proves to Front Door that the zone is ours; empty where it asks for no proof, and the record stays as it is.')
param validationToken string

@description('Resource id of the public address of the TURN servers.')
param turnAddressId string

resource zone 'Microsoft.Network/dnsZones@2018-05-01' existing = {
  name: zoneName
}

resource platform 'Microsoft.Network/dnsZones/A@2018-05-01' = {
  parent: zone
  name: '@'
  properties: {
    TTL: 300
    targetResource: {
      id: frontDoorEndpointId
    }
  }
}

resource validation 'Microsoft.Network/dnsZones/TXT@2018-05-01' = if (!empty(validationToken)) {
  parent: zone
  name: '_dnsauth'
  properties: {
    TTL: 300
    TXTRecords: [
      {
        value: [
          validationToken
        ]
      }
    ]
  }
}

resource turn 'Microsoft.Network/dnsZones/A@2018-05-01' = {
  parent: zone
  name: 'turn'
  properties: {
    TTL: 300
    targetResource: {
      id: turnAddressId
    }
  }
}

@description('Host name of the TURN servers.')
output turnHost string = 'turn.${zoneName}'
