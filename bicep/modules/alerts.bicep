// What wakes somebody: rules over Prometheus metrics (bicep/rules, tested by promtool) and over what Azure measures.

@description('Azure region.')
param location string

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('Where PagerDuty is told; it holds a key.')
@secure()
param pagerDutyUrl string

@description('Resource id of the workspace of Prometheus metrics.')
param metricsId string

@description('Name of the cluster, a label of every metric.')
param clusterName string

@description('Resource id of Web PubSub.')
param webPubSubId string

@description('Resource id of Cosmos DB.')
param cosmosId string

@description('Resource id of the scale set of the TURN servers.')
param turnId string

@description('Resource id of the Log Analytics workspace.')
param logsId string

@description('Resource id of the key vault.')
param vaultId string

var ruleFiles = [
  loadYamlContent('../rules/nodes.yaml')
  loadYamlContent('../rules/quality.yaml')
  loadYamlContent('../rules/signalling.yaml')
]

// What Azure measures of its own services, over five minutes.
var limits = [
  {
    name: 'signalling-full'
    description: 'Web PubSub has 80 % of the connections that it can have. Runbook: docs/runbooks/incident-response.md'
    resource: webPubSubId
    metric: 'ConnectionQuotaUtilization'
    threshold: 80
    aggregation: 'Maximum'
  }
  {
    name: 'database-busy'
    description: 'A partition of Cosmos DB has no throughput left. Runbook: docs/runbooks/incident-response.md'
    resource: cosmosId
    metric: 'NormalizedRUConsumption'
    threshold: 95
    aggregation: 'Average'
  }
  {
    name: 'turn-busy'
    description: 'The TURN servers use 80 % of their cores. Runbook: docs/runbooks/turn-exhaustion.md'
    resource: turnId
    metric: 'Percentage CPU'
    threshold: 80
    aggregation: 'Average'
  }
]

// The control plane measures itself by Application Insights; of the app, Azure measures other things in every plan.
var questions = [
  {
    name: 'failed-joins'
    title: 'Joins fail'
    description: 'More than 2 % of joins were answered by 500 or more. Runbook: docs/runbooks/incident-response.md'
    query: loadTextContent('../rules/failed-joins.kql')
    measure: 'failedPercent'
    threshold: 2
    severity: 1
  }
  {
    name: 'functions-errors'
    title: 'The control plane fails'
    description: 'More than 20 requests in ten minutes were answered by 500 or more. Runbook: docs/runbooks/incident-response.md'
    query: loadTextContent('../rules/functions-errors.kql')
    measure: 'errors'
    threshold: 20
    severity: 2
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${base}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'parley'
    enabled: true
    webhookReceivers: [
      {
        name: 'PagerDuty'
        serviceUri: pagerDutyUrl
        useCommonAlertSchema: true
      }
    ]
  }
}

resource prometheusRules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = [for file in ruleFiles: {
  name: '${base}-${file.groups[0].name}'
  location: location
  tags: tags
  properties: {
    enabled: true
    clusterName: clusterName
    scopes: [
      metricsId
    ]
    interval: 'PT1M'
    rules: [for rule in file.groups[0].rules: {
      alert: rule.alert
      expression: rule.expr
      for: 'PT${toUpper(rule.for)}'
      severity: rule.labels.severity == 'page' ? 1 : 3
      labels: rule.labels
      annotations: rule.annotations
      enabled: true
      actions: [
        {
          actionGroupId: people.id
        }
      ]
      resolveConfiguration: {
        autoResolved: true
        timeToResolve: 'PT10M'
      }
    }]
  }
}]

resource answers 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for question in questions: {
  name: '${base}-${question.name}'
  location: location
  tags: tags
  properties: {
    displayName: question.title
    description: question.description
    severity: question.severity
    enabled: true
    // The table is there when the first request has been answered, after the first deployment.
    skipQueryValidation: true
    evaluationFrequency: 'PT5M'
    windowSize: 'PT10M'
    scopes: [
      logsId
    ]
    criteria: {
      allOf: [
        {
          query: question.query
          timeAggregation: 'Maximum'
          metricMeasureColumn: question.measure
          operator: 'GreaterThan'
          threshold: question.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}]

resource measures 'Microsoft.Insights/metricAlerts@2018-03-01' = [for limit in limits: {
  name: '${base}-${limit.name}'
  location: 'global'
  tags: tags
  properties: {
    description: limit.description
    severity: 2
    enabled: true
    scopes: [
      limit.resource
    ]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'limit'
          criterionType: 'StaticThresholdCriterion'
          metricName: limit.metric
          // Azure does not know the metrics of a resource that has just been made.
          skipMetricValidation: true
          operator: 'GreaterThan'
          threshold: limit.threshold
          timeAggregation: limit.aggregation
        }
      ]
    }
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}]

// Key Vault itself tells when a certificate has thirty days left.
resource vaultEvents 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: '${base}-vault'
  location: location
  tags: tags
  properties: {
    source: vaultId
    topicType: 'Microsoft.KeyVault.vaults'
  }
}

resource certificateExpiry 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: vaultEvents
  name: 'certificates'
  properties: {
    destination: {
      endpointType: 'MonitorAlert'
      properties: {
        severity: 'Sev2'
        description: 'A certificate or a secret is about to expire. Runbook: docs/runbooks/certificate-rotation.md'
        actionGroups: [
          people.id
        ]
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.KeyVault.CertificateNearExpiry'
        'Microsoft.KeyVault.SecretNearExpiry'
      ]
    }
    eventDeliverySchema: 'CloudEventSchemaV1_0'
  }
}

@description('Resource id of the action group.')
output actionGroupId string = people.id
