// The virtual network: a subnet for each kind of host, and what may reach it from the internet.
//
// Media and TURN hosts have public addresses of their own and no NAT gateway: it would become the next hop of all that
// they send, and drops fragments. See docs/deploy.md, "How media finds its way".

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Availability zones; empty where the region has none.')
param zones array

@description('Address range of the virtual network.')
param vnetCidr string

@description('Address ranges of the subnets, each in that of the network: {functions, endpoints, turn, system, media}.')
param subnets object

@description('First media port of a node host; UDP and TCP.')
param mediaPortStart int

@description('Last media port of a node host.')
param mediaPortEnd int

@description('Length of the block of the media hosts\' public addresses: 28 is 16 of them.')
param mediaPrefixLength int

@description('Length of the block of the TURN servers\' public addresses.')
param turnPrefixLength int

@description('First UDP port from which coturn relays.')
param turnRelayStart int

@description('Last UDP port from which coturn relays.')
param turnRelayEnd int

// From PARLEY_HTTP_PORT of a host's first node on: as many as it may have media ports.
var nodeHttpPorts = '8084-8147'

resource mediaHosts 'Microsoft.Network/applicationSecurityGroups@2024-05-01' = {
  name: 'asg-${base}-media'
  location: location
  tags: tags
}

// A subnet of one's own needs its own rules: `allowedHostPorts` of the pool opens only the group that AKS keeps.
// Priorities begin at 200: those from 100 on are free for rules that block somebody in a hurry.
resource mediaRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${base}-media'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowMediaUdp'
        properties: {
          description: 'SRTP, DTLS and STUN from participants'
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationApplicationSecurityGroups: [
            {
              id: mediaHosts.id
            }
          ]
          destinationPortRange: '${mediaPortStart}-${mediaPortEnd}'
        }
      }
      {
        name: 'AllowMediaTcp'
        properties: {
          description: 'ICE-TCP from participants whose network lets no UDP out'
          priority: 210
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationApplicationSecurityGroups: [
            {
              id: mediaHosts.id
            }
          ]
          destinationPortRange: '${mediaPortStart}-${mediaPortEnd}'
        }
      }
      {
        name: 'AllowNodeHttp'
        properties: {
          description: 'WHIP and WHEP requests from the Functions app; health and metrics for the cluster'
          priority: 220
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefixes: [
            subnets.functions
            subnets.system
            subnets.media
          ]
          sourcePortRange: '*'
          destinationApplicationSecurityGroups: [
            {
              id: mediaHosts.id
            }
          ]
          destinationPortRange: nodeHttpPorts
        }
      }
      {
        name: 'DenyNodeHttp'
        properties: {
          description: 'The rest of the network, which the default rules would let in'
          priority: 230
          direction: 'Inbound'
          access: 'Deny'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationApplicationSecurityGroups: [
            {
              id: mediaHosts.id
            }
          ]
          destinationPortRange: nodeHttpPorts
        }
      }
    ]
  }
}

resource turnRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${base}-turn'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'AllowTurnUdp'
        properties: {
          description: 'TURN over UDP, and what comes back to relayed addresses'
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: subnets.turn
          destinationPortRanges: [
            '3478'
            '${turnRelayStart}-${turnRelayEnd}'
          ]
        }
      }
      {
        name: 'AllowTurnTcp'
        properties: {
          description: 'TURN over TCP, and over TLS at the one port that every network lets out'
          priority: 210
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: subnets.turn
          destinationPortRanges: [
            '443'
            '3478'
          ]
        }
      }
    ]
  }
}

// What is in the private subnets is reached from the network only: the default rules say so.
resource privateRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${base}-private'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${base}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        vnetCidr
      ]
    }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: subnets.functions
          networkSecurityGroup: {
            id: privateRules.id
          }
          delegations: [
            {
              name: 'flexConsumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: subnets.endpoints
          networkSecurityGroup: {
            id: privateRules.id
          }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
      {
        name: 'turn'
        properties: {
          addressPrefix: subnets.turn
          networkSecurityGroup: {
            id: turnRules.id
          }
        }
      }
      {
        name: 'system'
        properties: {
          addressPrefix: subnets.system
          networkSecurityGroup: {
            id: privateRules.id
          }
        }
      }
      {
        name: 'media'
        properties: {
          addressPrefix: subnets.media
          networkSecurityGroup: {
            id: mediaRules.id
          }
        }
      }
    ]
  }
}

// Addresses in blocks, so that a customer's firewall can name them, and in the zones of the machines, which take no others.
resource mediaAddresses 'Microsoft.Network/publicIPPrefixes@2024-05-01' = {
  name: 'ippre-${base}-media'
  location: location
  tags: tags
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    prefixLength: mediaPrefixLength
    publicIPAddressVersion: 'IPv4'
  }
}

resource turnAddresses 'Microsoft.Network/publicIPPrefixes@2024-05-01' = {
  name: 'ippre-${base}-turn'
  location: location
  tags: tags
  zones: zones
  sku: {
    name: 'Standard'
  }
  properties: {
    prefixLength: turnPrefixLength
    publicIPAddressVersion: 'IPv4'
  }
}

@description('Resource id of the virtual network.')
output networkId string = network.id

@description('Subnet of the Functions app.')
output functionsSubnetId string = '${network.id}/subnets/functions'

@description('Subnet of the private endpoints.')
output endpointsSubnetId string = '${network.id}/subnets/endpoints'

@description('Subnet of the TURN servers.')
output turnSubnetId string = '${network.id}/subnets/turn'

@description('Subnet of the cluster\'s system and control pools.')
output systemSubnetId string = '${network.id}/subnets/system'

@description('Subnet of the media pool.')
output mediaSubnetId string = '${network.id}/subnets/media'

@description('Application security group of the media hosts.')
output mediaHostsId string = mediaHosts.id

@description('The block of public addresses of the media hosts.')
output mediaPrefixId string = mediaAddresses.id

@description('The block of public addresses of the TURN servers.')
output turnPrefixId string = turnAddresses.id
