// The cluster of the media plane, with its system pool and the pool of what controls it. Nodes have their own module.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Kubernetes, as 1.36.')
param kubernetesVersion string

@description('Availability zones, as [\'1\', \'2\', \'3\']; empty where the region has none.')
param zones array

@description('Virtual machine of the system and control pools.')
param vmSize string

@description('Size of a machine\'s disk in GiB: as much as its temporary disk at most, or its cache where it has one.')
param diskGb int

@description('Fewest machines in each of the two pools.')
param minimumNodes int

@description('Most machines in each of the two pools.')
param maximumNodes int

@description('Subnet of the two pools.')
param subnetId string

@description('Identity of the cluster itself: its resource id.')
param clusterIdentityId string

@description('Identity with which machines pull images: {id, clientId, principalId}.')
param kubeletIdentity object

@description('Entra ID group whose members administer the cluster.')
param adminGroupId string

@description('Addresses that may reach the API server; empty for all.')
param authorizedRanges array

@description('Resource id of the rule by which the cluster sends its Prometheus metrics.')
param metricsRuleId string

@description('Resource id of the rule by which the cluster sends what its pods write.')
param containersRuleId string

@description('Resource id of the Log Analytics workspace.')
param logsId string

// Of upgrades that come by themselves: of Kubernetes, and of the machines' images.
var upgrades = [
  'aksManagedAutoUpgradeSchedule'
  'aksManagedNodeOSUpgradeSchedule'
]

resource cluster 'Microsoft.ContainerService/managedClusters@2024-09-01' = {
  // checkov:skip=CKV_AZURE_8: the dashboard is no longer part of AKS
  // checkov:skip=CKV_AZURE_172: rotation is on; the add-on takes it as text
  name: 'aks-${base}'
  location: location
  tags: tags
  sku: {
    name: 'Base'
    tier: 'Standard'
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${clusterIdentityId}': {}
    }
  }
  properties: {
    kubernetesVersion: kubernetesVersion
    dnsPrefix: 'aks-${base}'
    nodeResourceGroup: 'rg-${base}-aks-nodes'
    disableLocalAccounts: true
    enableRBAC: true
    aadProfile: {
      managed: true
      enableAzureRBAC: true
      adminGroupObjectIDs: [
        adminGroupId
      ]
    }
    apiServerAccessProfile: {
      authorizedIPRanges: authorizedRanges
    }
    identityProfile: {
      kubeletidentity: {
        resourceId: kubeletIdentity.id
        clientId: kubeletIdentity.clientId
        objectId: kubeletIdentity.principalId
      }
    }
    oidcIssuerProfile: {
      enabled: true
    }
    securityProfile: {
      workloadIdentity: {
        enabled: true
      }
      imageCleaner: {
        enabled: true
        intervalHours: 168
      }
      defender: {
        logAnalyticsWorkspaceResourceId: logsId
        securityMonitoring: {
          enabled: true
        }
      }
    }
    workloadAutoScalerProfile: {
      keda: {
        enabled: true
      }
    }
    azureMonitorProfile: {
      metrics: {
        enabled: true
      }
    }
    addonProfiles: {
      azureKeyvaultSecretsProvider: {
        enabled: true
        config: {
          enableSecretRotation: 'true'
          rotationPollInterval: '2m'
        }
      }
      azurepolicy: {
        enabled: true
      }
      omsagent: {
        enabled: true
        config: {
          logAnalyticsWorkspaceResourceID: logsId
          useAADAuth: 'true'
        }
      }
    }
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      loadBalancerSku: 'standard'
      // A NAT gateway would become the next hop of media, too.
      outboundType: 'loadBalancer'
    }
    autoScalerProfile: {
      // As long as a node may take until its last session has ended: the chart's terminationGracePeriodSeconds and an hour.
      'max-graceful-termination-sec': '21600'
      'skip-nodes-with-system-pods': 'false'
      expander: 'least-waste'
    }
    autoUpgradeProfile: {
      upgradeChannel: 'patch'
      nodeOSUpgradeChannel: 'NodeImage'
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        orchestratorVersion: kubernetesVersion
        osType: 'Linux'
        maxPods: 50
        osSKU: 'AzureLinux'
        type: 'VirtualMachineScaleSets'
        vmSize: vmSize
        osDiskType: 'Ephemeral'
        osDiskSizeGB: diskGb
        availabilityZones: zones
        vnetSubnetID: subnetId
        enableAutoScaling: true
        enableEncryptionAtHost: true
        minCount: minimumNodes
        maxCount: maximumNodes
        count: minimumNodes
        nodeTaints: [
          'CriticalAddonsOnly=true:NoSchedule'
        ]
      }
    ]
  }
}

resource control 'Microsoft.ContainerService/managedClusters/agentPools@2024-09-01' = {
  parent: cluster
  name: 'control'
  properties: {
    mode: 'User'
    orchestratorVersion: kubernetesVersion
    osType: 'Linux'
    maxPods: 50
    osSKU: 'AzureLinux'
    type: 'VirtualMachineScaleSets'
    vmSize: vmSize
    osDiskType: 'Ephemeral'
    osDiskSizeGB: diskGb
    availabilityZones: zones
    vnetSubnetID: subnetId
    enableAutoScaling: true
    enableEncryptionAtHost: true
    minCount: minimumNodes
    maxCount: maximumNodes
    count: minimumNodes
    nodeLabels: {
      'parley.dev/pool': 'control'
    }
  }
}

// They begin when few meet, and have a whole day, as each media host takes until its last session has ended.
resource windows 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2024-09-01' = [for upgrade in upgrades: {
  parent: cluster
  name: upgrade
  properties: {
    maintenanceWindow: {
      schedule: {
        weekly: {
          dayOfWeek: 'Saturday'
          intervalWeeks: 1
        }
      }
      startTime: '00:00'
      utcOffset: '+00:00'
      durationHours: 24
    }
  }
}]

resource scraping 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  scope: cluster
  name: 'prometheus'
  properties: {
    dataCollectionRuleId: metricsRuleId
  }
}

resource writing 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  scope: cluster
  name: 'ContainerInsightsExtension'
  properties: {
    dataCollectionRuleId: containersRuleId
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: cluster
  name: 'audit'
  properties: {
    workspaceId: logsId
    logs: [
      {
        category: 'kube-audit-admin'
        enabled: true
      }
      {
        category: 'guard'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the cluster.')
output id string = cluster.id

@description('Name of the cluster.')
output name string = cluster.name

@description('Who signs the tokens of its service accounts.')
output oidcIssuer string = cluster.properties.oidcIssuerProfile.issuerURL

@description('Resource group of its machines.')
output nodeResourceGroup string = cluster.properties.nodeResourceGroup
