// coturn on a scale set. Clients find a server by the load balancer; media leaves from the server's own public address,
// which it tells them (`external-ip`), so what is relayed never passes the balancer.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Availability zones; empty where the region has none.')
param zones array

@description('Virtual machine, with accelerated networking.')
param vmSize string

@description('Fewest servers.')
param minimumServers int

@description('Most servers.')
param maximumServers int

@description('Subnet of the servers.')
param subnetId string

@description('Resource id of the balancer\'s public address.')
param addressId string

@description('The block of the servers\' own public addresses.')
param addressPrefixId string

@description('The servers\' identity: {id, clientId}.')
param identity object

@description('Name of the key vault that keeps the shared secret and the certificate.')
param vaultName string

@description('Host name of the servers, which their certificate names.')
param turnHost string

@description('First relayed UDP port.')
param relayStart int

@description('Last relayed UDP port.')
param relayEnd int

@description('Public key of the administrator; the servers take no password and no SSH from outside.')
param sshPublicKey string

@description('Resource id of the Log Analytics workspace.')
param logsId string

// No secret is in it: each server fetches what it needs from the vault, with its identity.
var cloudInit = replace(replace(replace(replace(replace(loadTextContent('../cloud-init/turn.yaml'), '@VAULT@', vaultName), '@CLIENT_ID@', identity.clientId), '@HOST@', turnHost), '@RELAY_START@', string(relayStart)), '@RELAY_END@', string(relayEnd))
var balancerName = 'lb-${base}-turn'

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
            id: addressId
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

resource servers 'Microsoft.Compute/virtualMachineScaleSets@2024-07-01' = {
  name: 'vmss-${base}-turn'
  location: location
  tags: tags
  zones: zones
  sku: {
    name: vmSize
    capacity: minimumServers
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    overprovision: false
    singlePlacementGroup: false
    upgradePolicy: {
      mode: 'Rolling'
      automaticOSUpgradePolicy: {
        enableAutomaticOSUpgrade: true
      }
      rollingUpgradePolicy: {
        maxBatchInstancePercent: 20
        maxUnhealthyInstancePercent: 20
        maxUnhealthyUpgradedInstancePercent: 20
        pauseTimeBetweenBatches: 'PT5M'
      }
    }
    automaticRepairsPolicy: {
      enabled: true
      gracePeriod: 'PT10M'
    }
    virtualMachineProfile: {
      osProfile: {
        computerNamePrefix: 'turn'
        adminUsername: 'parley'
        customData: base64(cloudInit)
        linuxConfiguration: {
          disablePasswordAuthentication: true
          ssh: {
            publicKeys: [
              {
                path: '/home/parley/.ssh/authorized_keys'
                keyData: sshPublicKey
              }
            ]
          }
        }
      }
      securityProfile: {
        encryptionAtHost: true
        securityType: 'TrustedLaunch'
        uefiSettings: {
          secureBootEnabled: true
          vTpmEnabled: true
        }
      }
      storageProfile: {
        imageReference: {
          publisher: 'Debian'
          offer: 'debian-12'
          sku: '12-gen2'
          version: 'latest'
        }
        osDisk: {
          createOption: 'FromImage'
          managedDisk: {
            storageAccountType: 'Premium_LRS'
          }
        }
      }
      networkProfile: {
        networkInterfaceConfigurations: [
          {
            name: 'nic'
            properties: {
              primary: true
              enableAcceleratedNetworking: true
              ipConfigurations: [
                {
                  name: 'ip'
                  properties: {
                    subnet: {
                      id: subnetId
                    }
                    publicIPAddressConfiguration: {
                      name: 'own'
                      sku: {
                        name: 'Standard'
                      }
                      properties: {
                        publicIPPrefix: {
                          id: addressPrefixId
                        }
                      }
                    }
                    loadBalancerBackendAddressPools: [
                      {
                        id: balancer.properties.backendAddressPools[0].id
                      }
                    ]
                  }
                }
              ]
            }
          }
        ]
      }
      // A server that has to go is told so, and has a quarter of an hour in which it takes nobody new.
      scheduledEventsProfile: {
        terminateNotificationProfile: {
          enable: true
          notBeforeTimeout: 'PT15M'
        }
      }
      extensionProfile: {
        extensions: [
          {
            name: 'health'
            properties: {
              publisher: 'Microsoft.ManagedServices'
              type: 'ApplicationHealthLinux'
              typeHandlerVersion: '1.0'
              autoUpgradeMinorVersion: true
              enableAutomaticUpgrade: true
              settings: {
                protocol: 'tcp'
                port: 3478
              }
            }
          }
        ]
      }
    }
  }
}

resource scaling 'Microsoft.Insights/autoscaleSettings@2022-10-01' = {
  name: 'scale-${base}-turn'
  location: location
  tags: tags
  properties: {
    enabled: true
    targetResourceUri: servers.id
    profiles: [
      {
        name: 'network'
        capacity: {
          minimum: string(minimumServers)
          maximum: string(maximumServers)
          default: string(minimumServers)
        }
        rules: [
          {
            metricTrigger: {
              metricName: 'Percentage CPU'
              metricResourceUri: servers.id
              operator: 'GreaterThan'
              statistic: 'Average'
              threshold: 60
              timeAggregation: 'Average'
              timeGrain: 'PT1M'
              timeWindow: 'PT5M'
            }
            scaleAction: {
              direction: 'Increase'
              type: 'ChangeCount'
              value: '1'
              cooldown: 'PT5M'
            }
          }
          {
            metricTrigger: {
              metricName: 'Percentage CPU'
              metricResourceUri: servers.id
              operator: 'LessThan'
              statistic: 'Average'
              threshold: 20
              timeAggregation: 'Average'
              timeGrain: 'PT1M'
              timeWindow: 'PT30M'
            }
            scaleAction: {
              direction: 'Decrease'
              type: 'ChangeCount'
              value: '1'
              cooldown: 'PT30M'
            }
          }
        ]
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

@description('Resource id of the scale set.')
output id string = servers.id
