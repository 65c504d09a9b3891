// Made from the OpenAPI document of the service by `npm run client:types`.

/** RFC 9457 problem details */
export type Problem = {
  /** A URN that ends in the code */
  type: string
  /** In the language of the request, as `detail` */
  title: string
  status: number
  /** Stable; branch on this */
  code: 'bad_request' | 'invalid_request' | 'invalid_form' | 'invalid_idempotency_key' | 'invalid_url' | 'invalid_email' | 'weak_password' | 'invalid_token' | 'no_file' | 'too_many_files' | 'empty_file' | 'upload_incomplete' | 'invalid_cursor' | 'invalid_signature' | 'confirmation_needed' | 'unauthorized' | 'cross_site_request' | 'forbidden' | 'insufficient_scope' | 'wrong_password' | 'email_not_confirmed' | 'account_suspended' | 'not_found' | 'billing_off' | 'not_acceptable' | 'upload_removed' | 'request_timeout' | 'already_subscribed' | 'last_admin' | 'local_account' | 'no_customer' | 'not_completed' | 'not_cancellable' | 'idempotency_key_in_flight' | 'too_many_webhooks' | 'too_many_api_keys' | 'webhook_disabled' | 'media_purged' | 'precondition_failed' | 'file_too_large' | 'body_too_large' | 'unsupported_media_type' | 'unsupported_file_type' | 'file_type_mismatch' | 'range_not_satisfiable' | 'url_not_fetchable' | 'idempotency_key_reused' | 'rate_limit_exceeded' | 'quota_exceeded' | 'headers_too_large' | 'internal_error' | 'billing_unavailable' | 'database_unavailable' | 'storage_unavailable' | 'report_key_revoked' | 'redis_unavailable' | 'too_busy' | 'shutting_down' | 'storage_full'
  detail?: string
  requestId: string
  /** Of 429: the name of the limit that was hit, as in `GET /v1/usage` */
  limit?: string
  /** Of 429: whose limit it is; not there for callers that are not known */
  plan?: string
  /** Of 429: when the limit opens again, if that is known */
  opensAt?: string
  errors?: {
    pointer: string
    detail: string
  }[]
}

export type Analysis = {
  id: string
  state: 'uploading' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled'
  batchId: string | null
  kind: 'image' | 'video'
  /** As the client named it; display it as text */
  fileName: string
  /** The true type, from the bytes */
  mediaType: string
  sizeBytes: number | null
  sha256: string | null
  createdAt: string
  queuedAt: string | null
  startedAt: string | null
  endedAt: string | null
  /** How often the analysis was begun */
  attempt: number
  /** Answered from the earlier result for an identical file */
  cached: boolean
  degraded: string | null
  verdict: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive' | null
  score: number | null
  summary: string | null
  signals: {
    detector: string
    code: string
    supports: 'ai_generated' | 'manipulated' | 'authentic' | null
    /** Strength; 0 for context that moves no verdict */
    log10LikelihoodRatio: number
    /** log10 of how many such signals an ordinary photograph is expected to give; null where it is not a measurement */
    log10Nfa?: number | null
    /** One sentence for people */
    meaning: string
    measured: Record<string, unknown>
    /** Names of the evidence pictures that show it */
    evidence: string[]
  }[]
  notChecked: {
    code: string
    reason: string
  }[]
  media: {
    mediaType: string
    /** In pixels, as displayed */
    width: number
    height: number
    /** Of a video, as all that follows */
    durationSeconds?: number
    frameRate?: number | null
    videoCodec?: string
    audioTracks?: {
      codec: string
      channels: number
      /** Samples a second */
      sampleRate: number
      durationSeconds: number | null
      /** ISO 639-2, `und` where it is not said */
      language: string
      name: string | null
    }[]
  } | null
  evidence: {
    name: string
    mediaType: string
    caption: string
    /** A mask or a map lies over the original; the others have a frame of their own */
    layer?: 'mask' | 'map' | 'beside'
    sizeBytes: number
    url: string
  }[]
  engineVersion: string | null
  /** With `none` nothing is kept after the verdict but the hash and the verdict */
  retention: 'plan' | 'none'
  purgedAt: string | null
  failure: {
    code: string
    detail: string
  } | null
  links: {
    self: string
    media: string
    thumbnail: string | null
    preview: string | null
  }
}

export type Signal = {
  detector: string
  code: string
  supports: 'ai_generated' | 'manipulated' | 'authentic' | null
  /** Strength; 0 for context that moves no verdict */
  log10LikelihoodRatio: number
  /** log10 of how many such signals an ordinary photograph is expected to give; null where it is not a measurement */
  log10Nfa?: number | null
  /** One sentence for people */
  meaning: string
  measured: Record<string, unknown>
  /** Names of the evidence pictures that show it */
  evidence: string[]
}

export type Batch = {
  id: string
  /** `incomplete` when the connection broke: what had arrived whole by then was taken */
  intake: 'receiving' | 'received' | 'incomplete'
  createdAt: string
  /** When the last of its analyses ended, after all of it had come in */
  endedAt: string | null
  /** How many of its analyses are in which state */
  counts: Record<string, number>
  analyses: {
    id: string
    state: 'uploading' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled'
    fileName: string
    verdict: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive' | null
    links: {
      self: string
      thumbnail: string | null
    }
  }[]
  /** Files that were not taken, with the code of the problem */
  refused: {
    fileName: string
    code: string
    detail: string
  }[]
  links: {
    self: string
    analyses: string
    cancel: string
  }
}

export type Event = {
  /** Stable: an event that comes twice has the same one */
  id: string
  /** When it happened */
  timestamp: string
  type: 'analysis.queued' | 'analysis.processing' | 'analysis.completed' | 'analysis.failed' | 'analysis.cancelled' | 'analysis.deleted'
  data: {
    /** Of the analysis */
    id: string
    state: 'uploading' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled' | 'deleted'
    verdict?: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive'
    failureCode?: string
  }
} | {
  /** Stable: an event that comes twice has the same one */
  id: string
  /** When it happened */
  timestamp: string
  type: 'batch.completed'
  data: {
    /** Of the batch */
    id: string
    intake: 'received' | 'incomplete'
  }
} | {
  /** Stable: an event that comes twice has the same one */
  id: string
  /** When it happened */
  timestamp: string
  type: 'quota.warning' | 'quota.exhausted'
  data: {
    plan: 'FREE' | 'PRO' | 'PREMIUM'
    /** Its first day; months are those of UTC */
    month: string
    used: number
    limit: number
  }
} | {
  /** Stable: an event that comes twice has the same one */
  id: string
  /** When it happened */
  timestamp: string
  type: 'webhook.disabled'
  data: {
    /** Of the webhook */
    id: string
    url: string
    reason: string
  }
} | {
  /** Stable: an event that comes twice has the same one */
  id: string
  /** When it happened */
  timestamp: string
  type: 'ping'
  data: {
    /** Of the webhook */
    id: string
  }
}

export type Webhook = {
  id: string
  url: string
  description: string
  events: ('analysis.completed' | 'analysis.failed' | 'batch.completed' | 'quota.warning' | 'quota.exhausted')[]
  enabled: boolean
  disabledReason: string | null
  lastSuccessAt: string | null
  createdAt: string
}

export type WebhookWithSecret = {
  id: string
  url: string
  description: string
  events: ('analysis.completed' | 'analysis.failed' | 'batch.completed' | 'quota.warning' | 'quota.exhausted')[]
  enabled: boolean
  disabledReason: string | null
  lastSuccessAt: string | null
  createdAt: string
  /** Shown this once; verify signatures with it */
  secret: string
}

export type WebhookDelivery = {
  id: string
  /** What is sent as `webhook-id`; the same in each attempt */
  eventId: string
  type: string
  url: string | null
  state: 'pending' | 'delivered' | 'failed' | 'cancelled'
  nextAttemptAt: string | null
  createdAt: string
  endedAt: string | null
  /** What is signed and sent: an event, as JSON */
  body: string
  attempts: {
    attempt: number
    startedAt: string
    durationMs: number | null
    status: number | null
    error: string | null
    answer: string | null
  }[]
}

/** Who you are, and what you may do */
export type Session = {
  accountId: string
  /** Whose limits count at present */
  plan: 'FREE' | 'PRO' | 'PREMIUM'
  role: 'user' | 'admin'
  email: string | null
  emailConfirmed: boolean
  scopes: ('analyses:read' | 'analyses:write' | 'account')[]
}

export type ApiKey = {
  id: string
  name: string
  scopes: ('analyses:read' | 'analyses:write' | 'account')[]
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
}

/** What each operation takes and answers, when it succeeds. */
export interface Operations {
  /** Sign in, with a password or an API key, and get a session cookie */
  openSession: {
    request: 'POST /v1/session'
    body: {
      key: string
    } | {
      /** Upper and lower case are the same */
      email: string
      password: string
    }
    answer: Session
  }
  /** Who you are */
  getSession: {
    request: 'GET /v1/session'
    answer: Session
  }
  /** Sign out */
  closeSession: {
    request: 'DELETE /v1/session'
    answer: undefined
  }
  /** Where you are signed in */
  listSessions: {
    request: 'GET /v1/sessions'
    answer: {
      sessions: {
        id: string
        /** Whether it is the one that asks */
        current: boolean
        /** As the browser called itself */
        userAgent: string
        apiKeyId: string | null
        createdAt: string
        lastSeenAt: string
        expiresAt: string
      }[]
    }
  }
  /** Sign out everywhere else */
  endOtherSessions: {
    request: 'DELETE /v1/sessions'
    answer: undefined
  }
  /** Sign out one browser */
  endSession: {
    request: 'DELETE /v1/sessions/{id}'
    answer: undefined
  }
  /** Change your password; everybody else is signed out */
  changePassword: {
    request: 'POST /v1/account/password'
    body: {
      currentPassword: string
      /** Any characters; the most common passwords are refused */
      password: string
    }
    answer: undefined
  }
  /** Have a link sent by which another password can be chosen */
  requestPasswordReset: {
    request: 'POST /v1/password-resets'
    body: {
      /** Upper and lower case are the same */
      email: string
    }
    answer: {
      /** Where to look for a mail */
      email: string
    }
  }
  /** Choose another password, with the link from the mail; everybody is signed out */
  completePasswordReset: {
    request: 'POST /v1/password-resets/complete'
    body: {
      /** From the link in the mail, behind the # */
      token: string
      /** Any characters; the most common passwords are refused */
      password: string
    }
    answer: undefined
  }
  /** Make an API key */
  createApiKey: {
    request: 'POST /v1/api-keys'
    body: {
      name: string
      /** All that you have, unless named */
      scopes?: ('analyses:read' | 'analyses:write' | 'account')[]
      /** Never, unless named */
      expiresAt?: string
    }
    answer: {
      id: string
      name: string
      scopes: ('analyses:read' | 'analyses:write' | 'account')[]
      createdAt: string
      expiresAt: string | null
      lastUsedAt: string | null
      /** Shown this once */
      key: string
    }
  }
  /** Your API keys, newest first */
  listApiKeys: {
    request: 'GET /v1/api-keys'
    answer: {
      apiKeys: ApiKey[]
    }
  }
  /** Revoke an API key, at once and everywhere */
  revokeApiKey: {
    request: 'DELETE /v1/api-keys/{id}'
    answer: undefined
  }
  /** Make an account */
  register: {
    request: 'POST /v1/accounts'
    body: {
      /** Upper and lower case are the same */
      email: string
      /** Any characters; the most common passwords are refused */
      password: string
      name?: string
    }
    answer: {
      /** Where to look for a mail */
      email: string
    }
  }
  /** Your account */
  getAccount: {
    request: 'GET /v1/account'
    answer: {
      accountId: string
      name: string
      email: string | null
      /** Until then the limits of FREE count, and there are no keys and webhooks */
      emailConfirmed: boolean
      plan: 'FREE' | 'PRO' | 'PREMIUM'
      role: 'user' | 'admin'
      /** What is kept of analyses: what the plan keeps, or the hash and the verdict alone */
      retention: 'plan' | 'none'
      createdAt: string
    }
  }
  /** Change your name, or what is kept */
  updateAccount: {
    request: 'PATCH /v1/account'
    body: {
      name?: string
      retention?: 'plan' | 'none'
    }
    answer: {
      accountId: string
      name: string
      email: string | null
      /** Until then the limits of FREE count, and there are no keys and webhooks */
      emailConfirmed: boolean
      plan: 'FREE' | 'PRO' | 'PREMIUM'
      role: 'user' | 'admin'
      /** What is kept of analyses: what the plan keeps, or the hash and the verdict alone */
      retention: 'plan' | 'none'
      createdAt: string
    }
  }
  /** Remove your account with everything in it */
  removeAccount: {
    request: 'DELETE /v1/account'
    body: {
      password?: string
      confirm?: string
    }
    answer: undefined
  }
  /** Have the mail with the confirmation link sent again */
  sendConfirmation: {
    request: 'POST /v1/account/confirmation'
    answer: undefined
  }
  /** Confirm your address with the link from the mail */
  confirmEmail: {
    request: 'POST /v1/account/confirm-email'
    body: {
      /** From the link in the mail, behind the # */
      token: string
    }
    answer: undefined
  }
  /** Everything that is held about your account */
  exportAccount: {
    request: 'GET /v1/account/export'
    answer: Record<string, unknown>
  }
  /** What waits and what is worked on */
  adminGetQueue: {
    request: 'GET /v1/admin/queue'
    answer: {
      jobs: Record<string, number> | null
      /** What has not ended, in PostgreSQL */
      analyses: {
        uploading: number
        queued: number
        processing: number
      }
      oldestQueuedSeconds: number | null
    }
  }
  /** The latest analyses that failed, of all accounts */
  adminListFailures: {
    request: 'GET /v1/admin/failures'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
    }
    answer: {
      failures: {
        id: string
        accountId: string
        kind: 'image' | 'video'
        mediaType: string
        sizeBytes: number | null
        attempt: number
        failureCode: string | null
        createdAt: string
        endedAt: string | null
      }[]
      next: string | null
    }
  }
  /** Verdicts that people say are wrong */
  adminListFeedback: {
    request: 'GET /v1/admin/feedback'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
    }
    answer: {
      feedback: {
        id: string
        accountId: string
        analysisId: string
        sha256: string
        verdict: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive'
        engineVersion: string
        truth: string | null
        note: string
        consent: boolean
        fileKept: boolean
        createdAt: string
      }[]
      next: string | null
    }
  }
  /** What was done to accounts, and by whom */
  adminListAuditLog: {
    request: 'GET /v1/admin/audit-log'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
      accountId?: string
    }
    answer: {
      entries: {
        id: string
        at: string
        actorId: string | null
        action: string
        accountId: string | null
        detail: Record<string, unknown>
      }[]
      next: string | null
    }
  }
  /** Accounts, newest first */
  adminFindAccounts: {
    request: 'GET /v1/admin/accounts'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
      id?: string
      /** A part of the address */
      email?: string
      plan?: 'FREE' | 'PRO' | 'PREMIUM'
      suspended?: boolean
    }
    answer: {
      accounts: {
        id: string
        name: string
        email: string | null
        emailConfirmedAt: string | null
        role: 'user' | 'admin'
        plan: 'FREE' | 'PRO' | 'PREMIUM'
        planSince: string
        planGranted: 'FREE' | 'PRO' | 'PREMIUM' | null
        retention: 'plan' | 'none'
        suspendedAt: string | null
        stripeCustomerId: string | null
        createdAt: string
      }[]
      next: string | null
    }
  }
  /** One account with what it uses */
  adminGetAccount: {
    request: 'GET /v1/admin/accounts/{id}'
    answer: {
      id: string
      name: string
      email: string | null
      emailConfirmedAt: string | null
      role: 'user' | 'admin'
      plan: 'FREE' | 'PRO' | 'PREMIUM'
      planSince: string
      planGranted: 'FREE' | 'PRO' | 'PREMIUM' | null
      retention: 'plan' | 'none'
      suspendedAt: string | null
      stripeCustomerId: string | null
      createdAt: string
      /** Analyses of this month */
      usage: {
        used: number
        limit: number
      }
      filesInFlight: number
      sessions: number
      apiKeys: number
    }
  }
  /** Change the plan or the role, suspend, or end a suspension */
  adminChangeAccount: {
    request: 'PATCH /v1/admin/accounts/{id}'
    body: {
      plan?: 'FREE' | 'PRO' | 'PREMIUM'
      role?: 'user' | 'admin'
      suspended?: false | {
        reason: string
      }
    }
    answer: {
      id: string
      name: string
      email: string | null
      emailConfirmedAt: string | null
      role: 'user' | 'admin'
      plan: 'FREE' | 'PRO' | 'PREMIUM'
      planSince: string
      planGranted: 'FREE' | 'PRO' | 'PREMIUM' | null
      retention: 'plan' | 'none'
      suspendedAt: string | null
      stripeCustomerId: string | null
      createdAt: string
      /** Analyses of this month */
      usage: {
        used: number
        limit: number
      }
      filesInFlight: number
      sessions: number
      apiKeys: number
    }
  }
  /** What Stripe tells us */
  receiveStripeEvent: {
    request: 'POST /v1/billing/webhook'
    answer: {
      received: true
    }
  }
  /** What can be bought here, and whether you have */
  getBilling: {
    request: 'GET /v1/billing'
    answer: {
      /** What can be bought */
      plans: ('PRO' | 'PREMIUM')[]
      /** Whether something is paid for, which the portal changes */
      subscribed: boolean
      /** Whether something was ever bought: then the portal shows the invoices */
      hasPortal: boolean
    }
  }
  /** Buy a plan */
  openCheckout: {
    request: 'POST /v1/billing/checkout'
    body: {
      plan: 'PRO' | 'PREMIUM'
    }
    answer: {
      /** A page of Stripe; send the browser there */
      url: string
    }
  }
  /** Change or cancel what you have bought */
  openBillingPortal: {
    request: 'POST /v1/billing/portal'
    answer: {
      /** A page of Stripe; send the browser there */
      url: string
    }
  }
  /** The plans and their limits */
  listPlans: {
    request: 'GET /v1/plans'
    answer: {
      plans: {
        plan: 'FREE' | 'PRO' | 'PREMIUM'
        /** Requests of any kind */
        requestsPerMinute: number
        /** Requests that carry files */
        uploadsPerMinute: number
        /** Files sent in for analysis */
        analysesPerMinute: number
        /** Bytes of files */
        bytesPerMinute: number
        /** Files coming in, queued or being worked on at the same time */
        filesInFlight: number
        /** Files in one request */
        filesPerBatch: number
        /** The largest file, in bytes */
        fileBytes: number
        /** Analyses in a calendar month (UTC) */
        analysesPerMonth: number
        /** Days for which an analysis and its file are kept after its end */
        retentionDays: number
        /** Event streams open at the same time */
        eventStreams: number
      }[]
    }
  }
  /** Every limit of your account, and what is left of it */
  getUsage: {
    request: 'GET /v1/usage'
    answer: {
      plan: 'FREE' | 'PRO' | 'PREMIUM'
      /** False while the limits of a minute, and the event streams, are those of the machine that answers, not of all */
      shared: boolean
      limits: {
        name: 'requests' | 'uploads' | 'analyses' | 'bytes' | 'files-in-flight' | 'event-streams' | 'analyses-per-month'
        limit: number
        used: number
        left: number
        /** For what is limited a minute */
        windowSeconds: number | null
        /** When it is counted anew; null when nothing is counted yet, and for what is only limited at the same time */
        resetsAt: string | null
      }[]
    }
  }
  /** Have files analysed */
  createAnalysis: {
    request: 'POST /v1/analyses'
    body: {
      /** http:// or https://, to an address of the public internet */
      url: string
      retention?: 'plan' | 'none'
      callback_url?: string
    }
    answer: Analysis | Batch
  }
  /** Your analyses, newest first */
  listAnalyses: {
    request: 'GET /v1/analyses'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
      state?: 'uploading' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled'
      verdict?: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive'
      kind?: 'image' | 'video'
      /** Those of one batch */
      batch?: string
      /** Those that came in then or later */
      from?: string
      /** Those that came in before */
      to?: string
      /** Those with this in the name of their file, among the newest 20000: before `to`, for older ones */
      fileName?: string
    }
    answer: {
      analyses: Analysis[]
      /** The next page; also in `Link` (RFC 8288) */
      next: string | null
    }
  }
  /** Your batches, newest first */
  listBatches: {
    request: 'GET /v1/batches'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
    }
    answer: {
      batches: Batch[]
      next: string | null
    }
  }
  /** One batch */
  getBatch: {
    request: 'GET /v1/batches/{id}'
    answer: Batch
  }
  /** Cancel what has not ended of a batch */
  cancelBatch: {
    request: 'POST /v1/batches/{id}/cancel'
    answer: Batch
  }
  /** One analysis */
  getAnalysis: {
    request: 'GET /v1/analyses/{id}'
    answer: Analysis
  }
  /** Delete an analysis with its file and evidence */
  deleteAnalysis: {
    request: 'DELETE /v1/analyses/{id}'
    answer: undefined
  }
  /** Cancel an analysis that has not ended */
  cancelAnalysis: {
    request: 'POST /v1/analyses/{id}/cancel'
    answer: Analysis
  }
  /** The file itself */
  getMedia: {
    request: 'GET /v1/analyses/{id}/media'
    answer: Blob
  }
  /** An evidence picture */
  getEvidence: {
    request: 'GET /v1/analyses/{id}/evidence/{name}'
    answer: Blob
  }
  /** Say that a verdict is wrong */
  giveFeedback: {
    request: 'POST /v1/analyses/{id}/feedback'
    body: {
      /** What you know it to be; null where you know only that the verdict is wrong */
      truth?: 'ai_generated' | 'manipulated' | 'authentic' | null
      note?: string
      consent?: boolean
    }
    answer: {
      analysisId: string
      truth: 'ai_generated' | 'manipulated' | 'authentic' | null
      note: string
      consent: boolean
      /** False without consent, without `truth`, and when the file was gone already */
      fileKept: boolean
      createdAt: string
    }
  }
  /** What you said of a verdict */
  getFeedback: {
    request: 'GET /v1/analyses/{id}/feedback'
    answer: {
      analysisId: string
      truth: 'ai_generated' | 'manipulated' | 'authentic' | null
      note: string
      consent: boolean
      /** False without consent, without `truth`, and when the file was gone already */
      fileKept: boolean
      createdAt: string
    }
  }
  /** Take back what you said, and the file that was kept with it */
  withdrawFeedback: {
    request: 'DELETE /v1/analyses/{id}/feedback'
    answer: undefined
  }
  /** Make a link by which anybody may look at an analysis */
  shareAnalysis: {
    request: 'POST /v1/analyses/{id}/share'
    body: {
      include?: ('location' | 'serial_numbers' | 'prompts' | 'file_name')[]
      expiresAt?: string | null
    }
    answer: {
      /** Shown this once */
      url: string
      /** What is shown beyond what is always shown */
      include: ('location' | 'serial_numbers' | 'prompts' | 'file_name')[]
      createdAt: string
      /** Null: it lasts until it is withdrawn */
      expiresAt: string | null
    }
  }
  /** Whether there is a link to an analysis, and what it shows */
  getShare: {
    request: 'GET /v1/analyses/{id}/share'
    answer: {
      /** What is shown beyond what is always shown */
      include: ('location' | 'serial_numbers' | 'prompts' | 'file_name')[]
      createdAt: string
      /** Null: it lasts until it is withdrawn */
      expiresAt: string | null
    }
  }
  /** Withdraw the link to an analysis, at once and everywhere */
  withdrawShare: {
    request: 'DELETE /v1/analyses/{id}/share'
    answer: undefined
  }
  /** An analysis that was shared by a link */
  getShared: {
    request: 'GET /v1/shared/{token}'
    answer: {
      kind: 'image' | 'video'
      fileName: string | null
      /** The true type, from the bytes */
      mediaType: string
      sizeBytes: number | null
      sha256: string | null
      endedAt: string | null
      degraded: string | null
      verdict: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive' | null
      score: number | null
      summary: string | null
      signals: {
        detector: string
        code: string
        supports: 'ai_generated' | 'manipulated' | 'authentic' | null
        /** Strength; 0 for context that moves no verdict */
        log10LikelihoodRatio: number
        /** log10 of how many such signals an ordinary photograph is expected to give; null where it is not a measurement */
        log10Nfa?: number | null
        /** One sentence for people */
        meaning: string
        measured: Record<string, unknown>
        /** Names of the evidence pictures that show it */
        evidence: string[]
      }[]
      notChecked: {
        code: string
        reason: string
      }[]
      media: {
        mediaType: string
        /** In pixels, as displayed */
        width: number
        height: number
        /** Of a video, as all that follows */
        durationSeconds?: number
        frameRate?: number | null
        videoCodec?: string
        audioTracks?: {
          codec: string
          channels: number
          /** Samples a second */
          sampleRate: number
          durationSeconds: number | null
          /** ISO 639-2, `und` where it is not said */
          language: string
          name: string | null
        }[]
      } | null
      evidence: {
        name: string
        mediaType: string
        caption: string
        /** A mask or a map lies over the original; the others have a frame of their own */
        layer?: 'mask' | 'map' | 'beside'
        sizeBytes: number
        url: string
      }[]
      engineVersion: string | null
      /** What is shown beyond what is always shown */
      include: ('location' | 'serial_numbers' | 'prompts' | 'file_name')[]
      /** Null: it lasts until it is withdrawn */
      expiresAt: string | null
      links: {
        self: string
        thumbnail: string | null
        preview: string | null
      }
    }
  }
  /** A picture of a shared analysis: evidence, or a preview */
  getSharedEvidence: {
    request: 'GET /v1/shared/{token}/evidence/{name}'
    answer: Blob
  }
  /** What a report says, of which somebody has the id */
  getReportStatement: {
    request: 'GET /v1/reports/{id}'
    answer: {
      id: string
      /** Of the file that it speaks of */
      mediaSha256: string
      verdict: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive'
      engineVersion: string
      madeAt: string
      /** Of the report itself */
      pdfSha256: string
      /** The key that has signed it, in `/.well-known/jwks.json` */
      kid: string
      keyRevokedAt: string | null
      links: {
        signature: string
      }
    }
  }
  /** The detached signature of a report */
  getReportSignature: {
    request: 'GET /v1/reports/{id}/signature'
    answer: Blob
  }
  /** Check a report, or a file against a report */
  verifyReport: {
    request: 'POST /v1/reports/verify'
    query: {
      report?: string
    }
    body: {
      pdf: string
      report?: string
    } | {
      file: string
      report: string
    }
    answer: {
      outcome: 'valid' | 'altered' | 'unknown' | 'signature_invalid' | 'key_revoked' | 'matches' | 'differs'
      report: {
        id: string
        /** Of the file that it speaks of */
        mediaSha256: string
        verdict: 'ai_generated' | 'manipulated' | 'authentic' | 'inconclusive'
        engineVersion: string
        madeAt: string
        /** Of the report itself */
        pdfSha256: string
        /** The key that has signed it, in `/.well-known/jwks.json` */
        kid: string
        keyRevokedAt: string | null
        links: {
          signature: string
        }
      } | null
    }
  }
  /** The public keys that reports are checked with, as a JWK Set (RFC 8037) */
  listReportKeys: {
    request: 'GET /.well-known/jwks.json'
    answer: undefined
  }
  /** The report of an analysis, as a signed PDF */
  getReport: {
    request: 'GET /v1/analyses/{id}/report.pdf'
    query: {
      include?: ('location' | 'serial_numbers' | 'prompts')[]
      /** In place of `Accept-Language` */
      language?: 'en' | 'fr'
    }
    answer: Blob
  }
  /** Events of your analyses as they happen */
  streamEvents: {
    request: 'GET /v1/events'
    answer: Blob
  }
  /** Deliveries with their attempts, newest first */
  listWebhookDeliveries: {
    request: 'GET /v1/webhooks/{id}/deliveries'
    query: {
      /** From the `next` link of the page before */
      cursor?: string
      limit?: number
    }
    answer: {
      deliveries: WebhookDelivery[]
      /** The next page; also in `Link` (RFC 8288) */
      next: string | null
    }
  }
  /** Deliver once more, now */
  resendWebhookDelivery: {
    request: 'POST /v1/webhooks/{id}/deliveries/{deliveryId}/resend'
    answer: WebhookDelivery
  }
  /** Have an address called with your events */
  createWebhook: {
    request: 'POST /v1/webhooks'
    body: {
      /** https:// or http://, to an address of the public internet */
      url: string
      events: ('analysis.completed' | 'analysis.failed' | 'batch.completed' | 'quota.warning' | 'quota.exhausted')[]
      description?: string
    }
    answer: WebhookWithSecret
  }
  /** Your webhooks */
  listWebhooks: {
    request: 'GET /v1/webhooks'
    answer: {
      webhooks: Webhook[]
    }
  }
  /** One webhook */
  getWebhook: {
    request: 'GET /v1/webhooks/{id}'
    answer: Webhook
  }
  /** Change, disable or enable a webhook */
  updateWebhook: {
    request: 'PATCH /v1/webhooks/{id}'
    body: {
      /** https:// or http://, to an address of the public internet */
      url?: string
      events?: ('analysis.completed' | 'analysis.failed' | 'batch.completed' | 'quota.warning' | 'quota.exhausted')[]
      description?: string
      enabled?: boolean
    }
    answer: Webhook
  }
  /** Delete a webhook with its deliveries */
  deleteWebhook: {
    request: 'DELETE /v1/webhooks/{id}'
    answer: undefined
  }
  /** Replace the secret */
  rotateWebhookSecret: {
    request: 'POST /v1/webhooks/{id}/rotate-secret'
    answer: {
      secret: string
    }
  }
  /** Have a `ping` delivered now */
  pingWebhook: {
    request: 'POST /v1/webhooks/{id}/ping'
    answer: WebhookDelivery
  }
}
