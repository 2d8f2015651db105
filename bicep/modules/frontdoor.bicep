// Front Door and its firewall. The profile comes before what it leads to, for the Functions app lets in only its id.

@description('What names begin with.')
param base string

@description('Tags of every resource.')
param tags object

@description('The platform\'s public host.')
param domain string

@description('Resource id of the DNS zone of that host.')
param zoneId string

@description('Requests a minute from one address above which the rest is refused; the control plane has its own, finer limits.')
param requestsPerMinute int

resource profile 'Microsoft.Cdn/profiles@2024-02-01' = {
  name: 'afd-${base}'
  location: 'global'
  tags: tags
  sku: {
    name: 'Premium_AzureFrontDoor'
  }
  properties: {
    // A join never takes so long; what does is broken.
    originResponseTimeoutSeconds: 30
  }
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2024-02-01' = {
  parent: profile
  name: base
  location: 'global'
  tags: tags
  properties: {
    enabledState: 'Enabled'
  }
}

resource host 'Microsoft.Cdn/profiles/customDomains@2024-02-01' = {
  parent: profile
  name: replace(domain, '.', '-')
  properties: {
    hostName: domain
    azureDnsZone: {
      id: zoneId
    }
    tlsSettings: {
      certificateType: 'ManagedCertificate'
      minimumTlsVersion: 'TLS12'
    }
  }
}

resource firewall 'Microsoft.Network/FrontDoorWebApplicationFirewallPolicies@2024-02-01' = {
  name: replace('waf${base}', '-', '')
  location: 'global'
  tags: tags
  sku: {
    name: 'Premium_AzureFrontDoor'
  }
  properties: {
    policySettings: {
      enabledState: 'Enabled'
      mode: 'Prevention'
      requestBodyCheck: 'Enabled'
    }
    customRules: {
      rules: [
        {
          // What nodes and Web PubSub send proves itself, comes from few addresses, and holds chat: words, not attacks.
          name: 'OurOwn'
          ruleType: 'MatchRule'
          priority: 50
          action: 'Allow'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'RegEx'
              matchValue: [
                '^(https?://[^/?]+)?/internal/'
              ]
            }
          ]
        }
        {
          name: 'TooMany'
          ruleType: 'RateLimitRule'
          priority: 100
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: requestsPerMinute
          action: 'Block'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'RegEx'
              matchValue: [
                '.*'
              ]
            }
          ]
        }
        {
          // The lines of an SDP look like attacks to rules that are made for forms, and its type is none that they know. The
          // token is checked before anything is done with it.
          name: 'SessionDescriptions'
          ruleType: 'MatchRule'
          priority: 110
          action: 'Allow'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'RegEx'
              matchValue: [
                '^(https?://[^/?]+)?/wh[ie]p/'
              ]
            }
          ]
        }
      ]
    }
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: 'Microsoft_DefaultRuleSet'
          ruleSetVersion: '2.1'
          ruleSetAction: 'Block'
          exclusions: [
            {
              // Where a tenant wants its webhooks: an address of another site, as it should be.
              matchVariable: 'RequestBodyJsonArgNames'
              selectorMatchOperator: 'Equals'
              selector: 'url'
            }
          ]
        }
        {
          ruleSetType: 'Microsoft_BotManagerRuleSet'
          ruleSetVersion: '1.1'
        }
      ]
    }
  }
}

resource protection 'Microsoft.Cdn/profiles/securityPolicies@2024-02-01' = {
  parent: profile
  name: 'firewall'
  properties: {
    parameters: {
      type: 'WebApplicationFirewall'
      wafPolicy: {
        id: firewall.id
      }
      associations: [
        {
          domains: [
            {
              id: endpoint.id
            }
            {
              id: host.id
            }
          ]
          patternsToMatch: [
            '/*'
          ]
        }
      ]
    }
  }
}

@description('Name of the profile.')
output name string = profile.name

@description('Name of its endpoint.')
output endpointName string = endpoint.name

@description('Resource id of its endpoint.')
output endpointId string = endpoint.id

@description('What the profile says it is in every request to an origin.')
output frontDoorId string = profile.properties.frontDoorId

@description('Name of the custom domain.')
output domainName string = host.name

@description('What proves that the domain is ours, in its TXT record; empty where Front Door asks for no proof any more.')
output validationToken string = contains(host.properties, 'validationProperties') ? (empty(host.properties.validationProperties) ? '' : host.properties.validationProperties.validationToken) : ''
