// The pool of the SFU's hosts: a public address each, the media ports open, the kernel set as docs/node-host.md says.

@description('Name of the cluster.')
param clusterName string

@description('Kubernetes, as that of the cluster.')
param kubernetesVersion string

@description('Availability zones; empty where the region has none.')
param zones array

@description('Virtual machine, with accelerated networking. One node process runs on each core but one.')
param vmSize string

@description('Size of a machine\'s disk in GiB: as much as its temporary disk at most, or its cache where it has one.')
param diskGb int

@description('Fewest machines.')
param minimumNodes int

@description('Most machines; the block of public addresses must have as many.')
param maximumNodes int

@description('Subnet of the pool.')
param subnetId string

@description('The block of public addresses.')
param addressPrefixId string

@description('Application security group of the media hosts, whose ports the network opens.')
param mediaHostsId string

@description('First media port.')
param mediaPortStart int

@description('Last media port.')
param mediaPortEnd int

resource cluster 'Microsoft.ContainerService/managedClusters@2024-09-01' existing = {
  name: clusterName
}

resource media 'Microsoft.ContainerService/managedClusters/agentPools@2024-09-01' = {
  parent: cluster
  name: 'media'
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
    enableNodePublicIP: true
    nodePublicIPPrefixID: addressPrefixId
    networkProfile: {
      allowedHostPorts: [
        {
          protocol: 'UDP'
          portStart: mediaPortStart
          portEnd: mediaPortEnd
        }
        {
          protocol: 'TCP'
          portStart: mediaPortStart
          portEnd: mediaPortEnd
        }
      ]
      applicationSecurityGroups: [
        mediaHostsId
      ]
    }
    linuxOSConfig: {
      sysctls: {
        // What comes while the engine's thread waits for a core is kept here.
        netCoreRmemMax: 4194304
        netCoreWmemMax: 4194304
        netCoreNetdevMaxBacklog: 5000
        // The kernel takes ports for outgoing connections from below the media ports, and above those of Kubernetes.
        netIpv4IpLocalPortRange: '33000 39999'
      }
    }
    upgradeSettings: {
      maxSurge: '33%'
      // Longer than the chart's terminationGracePeriodSeconds; with the default of 30 minutes upgrades fail.
      drainTimeoutInMinutes: 360
    }
    nodeLabels: {
      'parley.dev/pool': 'media'
    }
    nodeTaints: [
      'parley.dev/media=true:NoSchedule'
    ]
  }
}

@description('Name of the pool.')
output name string = media.name
