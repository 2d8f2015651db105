// Delivery reports: what becomes of e-mail and SMS is told by Event Grid to the control plane, which is asked first
// whether it wants that. So this is made once the Functions app answers.

@description('Name of the system topic.')
param name string

@description('Tags of every resource.')
param tags object

@description('Resource id of Communication Services.')
param communicationId string

@description('The platform\'s public address, without a slash at its end.')
param publicUrl string

@description('What the control plane knows Event Grid by, which signs nothing; the setting PARLEY_DELIVERY_REPORT_KEY.')
@secure()
param key string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  // checkov:skip=CKV_AZURE_192: a system topic takes events of its own resource and of nobody else
  name: name
  // Communication Services are in no region.
  location: 'global'
  tags: tags
  properties: {
    source: communicationId
    topicType: 'Microsoft.Communication.CommunicationServices'
  }
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'delivery-reports'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: {
      includedEventTypes: [
        'Microsoft.Communication.EmailDeliveryReportReceived'
        'Microsoft.Communication.SMSDeliveryReportReceived'
      ]
    }
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: '${publicUrl}/internal/deliveryReports'
        maxEventsPerBatch: 1
        minimumTlsVersionAllowed: '1.2'
        deliveryAttributeMappings: [
          {
            // In a header, as addresses are logged.
            name: 'x-delivery-report-key'
            type: 'Static'
            properties: {
              value: key
              isSecret: true
            }
          }
        ]
      }
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }
}

@description('Resource id of the system topic.')
output topicId string = topic.id
