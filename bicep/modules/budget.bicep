// What a month may cost, and who hears of it when it costs more.

targetScope = 'subscription'

@description('Name of the budget.')
param name string

@description('Resource group whose cost counts.')
param resourceGroupName string

@description('Budget of a month, in the currency of the subscription.')
param amount int

@description('First day of the first month, as 2026-12-01. It cannot be in a month that is over.')
param startDate string

@description('Resource id of the action group that is told.')
param actionGroupId string

@description('E-mail addresses that are told, too; at least one.')
param contactEmails array

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: [
          resourceGroupName
        ]
      }
    }
    notifications: {
      spent80: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: contactEmails
        contactGroups: [
          actionGroupId
        ]
      }
      forecast100: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: contactEmails
        contactGroups: [
          actionGroupId
        ]
      }
    }
  }
}

@description('Resource id of the budget.')
output id string = budget.id
