// Who may take an identity without a secret, by a token of OpenID Connect: service accounts of the cluster, and jobs of
// GitHub's that run in an environment, which has its own approvals.

@description('A list of {identity, name, issuer, subject}: whose tokens are taken for which identity.')
param federations array

resource identities 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = [for federation in federations: {
  name: federation.identity
}]

// Azure accepts one change of an identity's credentials at a time.
@batchSize(1)
resource credentials 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = [for (federation, index) in federations: {
  parent: identities[index]
  name: federation.name
  properties: {
    issuer: federation.issuer
    subject: federation.subject
    audiences: [
      'api://AzureADTokenExchange'
    ]
  }
}]

@description('How many there are.')
output count int = length(federations)
