// coturn on a scale set, behind the balancer of turn-balancer.bicep. Media leaves from a server's own public address, which
// it tells clients (`external-ip`), so what is relayed never passes the balancer.

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

@description('Where the balancer finds the servers.')
param backendPoolId string

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

// No secret is in it: each server fetches what it needs from the vault, with its identity.
var cloudInit = replace(replace(replace(replace(replace(loadTextContent('../cloud-init/turn.yaml'), '@VAULT@', vaultName), '@CLIENT_ID@', identity.clientId), '@HOST@', turnHost), '@RELAY_START@', string(relayStart)), '@RELAY_END@', string(relayEnd))

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
      // Not of the image by itself, which Azure has for some images only: cloud-init turns on Debian's own updates.
      mode: 'Rolling'
      rollingUpgradePolicy: {
        maxBatchInstancePercent: 20
        maxUnhealthyInstancePercent: 20
        maxUnhealthyUpgradedInstancePercent: 20
        pauseTimeBetweenBatches: 'PT5M'
      }
    }
    // A server more, and a server less: the one with the oldest image goes (docs/deploy.md, "Upgrading").
    scaleInPolicy: {
      rules: [
        'OldestVM'
      ]
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
                        id: backendPoolId
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
              typeHandlerVersion: '2.0'
              autoUpgradeMinorVersion: true
              enableAutomaticUpgrade: true
              // Of `turn-health` in cloud-init. A new server has half an hour to be well: until then it is not replaced.
              settings: {
                protocol: 'http'
                port: 8082
                requestPath: '/healthz'
                intervalInSeconds: 15
                numberOfProbes: 3
                gracePeriod: 1800
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

@description('Resource id of the scale set.')
output id string = servers.id
