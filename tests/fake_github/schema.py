"""The part of GitHub's GraphQL schema that the bot asks for, in GitHub's own names and types."""

SCHEMA = """
scalar BigInt
scalar DateTime
scalar GitObjectID
scalar GitRefname
scalar URI
scalar Base64String

interface Actor { login: String! }
interface Node { id: ID! }
interface GitObject { id: ID! oid: GitObjectID! }

type Bot implements Actor & Node { id: ID! login: String! }
interface RepositoryOwner {
  id: ID! login: String!
  repositories(
    after: String, first: Int, last: Int, orderBy: RepositoryOrder,
    ownerAffiliations: [RepositoryAffiliation] = [OWNER, COLLABORATOR]
  ): RepositoryConnection!
}
type User implements Actor & Node & RepositoryOwner {
  id: ID! login: String!
  repositories(
    after: String, first: Int, last: Int, orderBy: RepositoryOrder,
    ownerAffiliations: [RepositoryAffiliation] = [OWNER, COLLABORATOR]
  ): RepositoryConnection!
}
type Organization implements Actor & Node & RepositoryOwner {
  id: ID! login: String!
  repositories(
    after: String, first: Int, last: Int, orderBy: RepositoryOrder,
    ownerAffiliations: [RepositoryAffiliation] = [OWNER, COLLABORATOR]
  ): RepositoryConnection!
}
enum RepositoryAffiliation { COLLABORATOR ORGANIZATION_MEMBER OWNER }
input RepositoryOrder { direction: OrderDirection! field: RepositoryOrderField! }
enum RepositoryOrderField { CREATED_AT NAME PUSHED_AT STARGAZERS UPDATED_AT }
type RepositoryConnection { edges: [RepositoryEdge] nodes: [Repository] pageInfo: PageInfo! totalCount: Int! }
type RepositoryEdge { cursor: String! node: Repository }
enum SearchType { DISCUSSION ISSUE REPOSITORY USER }
union SearchResultItem = Repository
type SearchResultItemConnection { edges: [SearchResultItemEdge] pageInfo: PageInfo! repositoryCount: Int! }
type SearchResultItemEdge { cursor: String! node: SearchResultItem }
type PageInfo { endCursor: String hasNextPage: Boolean! }

type Query {
  viewer: User!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  repositoryOwner(login: String!): RepositoryOwner
  search(after: String, first: Int, last: Int, query: String!, type: SearchType!): SearchResultItemConnection!
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
  rateLimit(dryRun: Boolean = false): RateLimit
}
type RateLimit { cost: Int! limit: Int! remaining: Int! resetAt: DateTime! }

type Repository implements Node {
  id: ID!
  databaseId: Int
  nameWithOwner: String!
  pushedAt: DateTime
  diskUsage: Int
  isArchived: Boolean!
  isDisabled: Boolean!
  isEmpty: Boolean!
  isFork: Boolean!
  isMirror: Boolean!
  isPrivate: Boolean!
  languages(after: String, before: String, first: Int, last: Int): LanguageConnection
  repositoryTopics(after: String, before: String, first: Int, last: Int): RepositoryTopicConnection!
  defaultBranchRef: Ref
  object(expression: String, oid: GitObjectID): GitObject
  pullRequest(number: Int!): PullRequest
  pullRequests(
    after: String, first: Int, last: Int, headRefName: String, baseRefName: String, states: [PullRequestState!], orderBy: IssueOrder
  ): PullRequestConnection!
  ref(qualifiedName: String!): Ref
}
type LanguageConnection { nodes: [Language] pageInfo: PageInfo! totalCount: Int! }
type Language implements Node { id: ID! name: String! }
type RepositoryTopicConnection { nodes: [RepositoryTopic] pageInfo: PageInfo! totalCount: Int! }
type RepositoryTopic implements Node { id: ID! topic: Topic! }
type Topic implements Node { id: ID! name: String! }
input IssueOrder { direction: OrderDirection! field: IssueOrderField! }
enum OrderDirection { ASC DESC }
enum IssueOrderField { COMMENTS CREATED_AT UPDATED_AT }

type Ref implements Node { id: ID! name: String! target: GitObject }
type Commit implements GitObject & Node {
  id: ID! oid: GitObjectID! tree: Tree! message: String! author: GitActor committer: GitActor
  parents(after: String, first: Int, last: Int): CommitConnection!
  file(path: String!): TreeEntry
  checkSuites(after: String, first: Int, last: Int, filterBy: CheckSuiteFilter): CheckSuiteConnection
  statusCheckRollup: StatusCheckRollup
}
type StatusCheckRollup implements Node { id: ID! state: StatusState! }
enum StatusState { ERROR EXPECTED FAILURE PENDING SUCCESS }
input CheckSuiteFilter { appId: Int checkName: String }
type CheckSuiteConnection { nodes: [CheckSuite] pageInfo: PageInfo! totalCount: Int! }
type CheckSuite implements Node {
  id: ID! app: App
  checkRuns(after: String, first: Int, last: Int, filterBy: CheckRunFilter): CheckRunConnection
}
type App implements Node { id: ID! slug: String! }
input CheckRunFilter { appId: Int checkName: String checkType: CheckRunType }
enum CheckRunType { ALL LATEST }
type CheckRunConnection { nodes: [CheckRun] pageInfo: PageInfo! totalCount: Int! }
type CheckRun implements Node { id: ID! name: String! externalId: String }
type CommitConnection { nodes: [Commit] pageInfo: PageInfo! totalCount: Int! }
type GitActor { email: String name: String user: User }
type Tree implements GitObject & Node { id: ID! oid: GitObjectID! entries: [TreeEntry!] }
type TreeEntry { mode: Int! name: String! nameRaw: Base64String! object: GitObject oid: GitObjectID! path: String type: String! }
type Blob implements GitObject & Node { id: ID! oid: GitObjectID! byteSize: Int! isBinary: Boolean isTruncated: Boolean! text: String }

enum PullRequestState { CLOSED MERGED OPEN }
type PullRequestConnection { nodes: [PullRequest] pageInfo: PageInfo! totalCount: Int! }
type PullRequest implements Node {
  id: ID! number: Int! title: String! body: String! url: URI! state: PullRequestState! merged: Boolean! isDraft: Boolean!
  isCrossRepository: Boolean! baseRefName: String! baseRefOid: GitObjectID! headRefName: String! headRefOid: GitObjectID!
  createdAt: DateTime! closedAt: DateTime author: Actor viewerDidAuthor: Boolean!
  commits(after: String, first: Int, last: Int): PullRequestCommitConnection!
  comments(after: String, first: Int, last: Int): IssueCommentConnection!
  reviewThreads(after: String, first: Int, last: Int): PullRequestReviewThreadConnection!
  reviews(after: String, before: String, first: Int, last: Int): PullRequestReviewConnection
  timelineItems(after: String, before: String, first: Int, last: Int, itemTypes: [PullRequestTimelineItemsItemType!]): PullRequestTimelineItemsConnection!
}
type PullRequestCommitConnection { nodes: [PullRequestCommit] pageInfo: PageInfo! totalCount: Int! }
type PullRequestCommit implements Node { id: ID! commit: Commit! }
type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! totalCount: Int! }
type IssueComment implements Node { id: ID! fullDatabaseId: BigInt body: String! author: Actor viewerDidAuthor: Boolean! }
type PullRequestReviewConnection { nodes: [PullRequestReview] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReview implements Node {
  id: ID! body: String! author: Actor viewerDidAuthor: Boolean! commit: Commit
  comments(after: String, first: Int, last: Int): PullRequestReviewCommentConnection!
}
type PullRequestReviewThreadConnection { nodes: [PullRequestReviewThread] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReviewThread implements Node {
  id: ID! isResolved: Boolean! isOutdated: Boolean! path: String! line: Int startLine: Int resolvedBy: User
  comments(after: String, first: Int, last: Int): PullRequestReviewCommentConnection!
}
type PullRequestReviewCommentConnection { nodes: [PullRequestReviewComment] pageInfo: PageInfo! totalCount: Int! }
type PullRequestReviewComment implements Node {
  id: ID! fullDatabaseId: BigInt body: String! author: Actor viewerDidAuthor: Boolean! path: String!
}

enum PullRequestTimelineItemsItemType { CLOSED_EVENT LABELED_EVENT UNLABELED_EVENT REVIEW_REQUESTED_EVENT }
type PullRequestTimelineItemsConnection { nodes: [PullRequestTimelineItems] pageInfo: PageInfo! }
union PullRequestTimelineItems = ClosedEvent | LabeledEvent | UnlabeledEvent | ReviewRequestedEvent
type ClosedEvent implements Node { id: ID! actor: Actor createdAt: DateTime! }
type LabeledEvent implements Node { id: ID! actor: Actor createdAt: DateTime! }
type UnlabeledEvent implements Node { id: ID! actor: Actor createdAt: DateTime! }
type ReviewRequestedEvent implements Node { id: ID! actor: Actor createdAt: DateTime! }

type Mutation {
  resolveReviewThread(input: ResolveReviewThreadInput!): ResolveReviewThreadPayload
  updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
}
input UpdateRefsInput { clientMutationId: String refUpdates: [RefUpdate!]! repositoryId: ID! }
input RefUpdate { afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false name: GitRefname! }
type UpdateRefsPayload { clientMutationId: String }
input ResolveReviewThreadInput { clientMutationId: String threadId: ID! }
type ResolveReviewThreadPayload { clientMutationId: String thread: PullRequestReviewThread }
"""
