// The one public address by which clients find the TURN servers, and the balancer that gives each client a server.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Availability zones; empty where the region has none.')
param zones array

@description('Resource id of the Log Analytics workspace.')
param logsId string

var balancerName = 'lb-${base}-turn'

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

resource balancer 'Microsoft.Network/loadBalancers@2024-05-01' = {
  name: balancerName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: 'public'
        properties: {
          publicIPAddress: {
            id: address.id
          }
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'servers'
      }
    ]
    probes: [
      {
        // Closed by a server that drains, so that nobody new is sent there.
        name: 'accepting'
        properties: {
          protocol: 'Tcp'
          port: 8081
          intervalInSeconds: 5
          numberOfProbes: 2
        }
      }
    ]
    loadBalancingRules: [
      {
        name: 'udp'
        properties: {
          protocol: 'Udp'
          frontendPort: 3478
          backendPort: 3478
          disableOutboundSnat: true
          loadDistribution: 'SourceIPProtocol'
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', balancerName, 'public')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', balancerName, 'servers')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', balancerName, 'accepting')
          }
        }
      }
      {
        name: 'tls'
        properties: {
          protocol: 'Tcp'
          frontendPort: 443
          backendPort: 443
          idleTimeoutInMinutes: 30
          enableTcpReset: true
          disableOutboundSnat: true
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', balancerName, 'public')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', balancerName, 'servers')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', balancerName, 'accepting')
          }
        }
      }
    ]
  }
}

resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: balancer
  name: 'metrics'
  properties: {
    workspaceId: logsId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the address.')
output addressId string = address.id

@description('Where the balancer finds the servers.')
output backendPoolId string = balancer.properties.backendAddressPools[0].id
