// Where logs, traces and metrics go: Log Analytics, Application Insights, and a workspace for Prometheus metrics.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Days for which logs are kept.')
param retentionDays int

@description('Gigabytes of logs a day after which the rest of the day is dropped; -1 for no limit.')
param dailyQuotaGb int

var containerStreams = [
  'Microsoft-ContainerLogV2'
  'Microsoft-KubeEvents'
  'Microsoft-KubePodInventory'
]

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${base}'
  location: location
  tags: tags
  properties: {
    retentionInDays: retentionDays
    sku: {
      name: 'PerGB2018'
    }
    features: {
      disableLocalAuth: true
    }
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${base}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    DisableLocalAuth: true
  }
}

resource metrics 'Microsoft.Monitor/accounts@2023-04-03' = {
  name: 'amw-${base}'
  location: location
  tags: tags
}

resource intake 'Microsoft.Insights/dataCollectionEndpoints@2023-03-11' = {
  name: 'dce-${base}'
  location: location
  tags: tags
  kind: 'Linux'
  properties: {
    networkAcls: {
      publicNetworkAccess: 'Enabled'
    }
  }
}

resource scraping 'Microsoft.Insights/dataCollectionRules@2023-03-11' = {
  name: 'dcr-${base}-prometheus'
  location: location
  tags: tags
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: intake.id
    dataSources: {
      prometheusForwarder: [
        {
          name: 'prometheus'
          streams: [
            'Microsoft-PrometheusMetrics'
          ]
        }
      ]
    }
    destinations: {
      monitoringAccounts: [
        {
          name: 'metrics'
          accountResourceId: metrics.id
        }
      ]
    }
    dataFlows: [
      {
        streams: [
          'Microsoft-PrometheusMetrics'
        ]
        destinations: [
          'metrics'
        ]
      }
    ]
  }
}

// What pods write, and what Kubernetes says of them. The add-on of the cluster asks this rule what to send, and without it
// sends nothing.
resource containers 'Microsoft.Insights/dataCollectionRules@2023-03-11' = {
  name: 'dcr-${base}-containers'
  location: location
  tags: tags
  kind: 'Linux'
  properties: {
    dataSources: {
      extensions: [
        {
          name: 'ContainerInsightsExtension'
          extensionName: 'ContainerInsights'
          streams: containerStreams
          extensionSettings: {
            dataCollectionSettings: {
              interval: '1m'
              namespaceFilteringMode: 'Off'
              enableContainerLogV2: true
            }
          }
        }
      ]
    }
    destinations: {
      logAnalytics: [
        {
          name: 'logs'
          workspaceResourceId: logs.id
        }
      ]
    }
    dataFlows: [
      {
        streams: containerStreams
        destinations: [
          'logs'
        ]
      }
    ]
  }
}

@description('Resource id of the Log Analytics workspace.')
output logsId string = logs.id

@description('Resource id of Application Insights.')
output insightsId string = insights.id

@description('Name of Application Insights.')
output insightsName string = insights.name

@description('Connection string of Application Insights; it holds no key that lets anybody write.')
output insightsConnection string = insights.properties.ConnectionString

@description('Resource id of the workspace of Prometheus metrics.')
output metricsId string = metrics.id

@description('Name of the workspace of Prometheus metrics.')
output metricsName string = metrics.name

@description('Where Prometheus metrics are asked for.')
output metricsQueryUrl string = metrics.properties.metrics.prometheusQueryEndpoint

@description('Resource id of the rule by which the cluster sends its metrics.')
output scrapingRuleId string = scraping.id

@description('Resource id of the rule by which the cluster sends what its pods write.')
output containersRuleId string = containers.id
