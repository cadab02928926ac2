"""Every closed set of words on the wire, once (spec 4): database checks, OpenAPI and `contracts/` come from here."""

from __future__ import annotations

from enum import StrEnum


class ListingStatus(StrEnum):
    """Where a listing stands. Only `published` ones are public."""

    DRAFT = "draft"
    PUBLISHED = "published"
    UNLISTED = "unlisted"
    SUSPENDED = "suspended"


class AssetKind(StrEnum):
    """What a listing offers."""

    WHS_AGENT = "whs_agent"
    AGENTROMATIC_WORKFLOW = "agentromatic_workflow"
    SPEC_ASSET = "spec_asset"


class ListingSort(StrEnum):
    """How a search is ordered: newest and updated descend, names ascend, relevance is to a text."""

    RELEVANCE = "relevance"
    UPDATED = "updated"
    NEWEST = "newest"
    NAME = "name"


class ReleaseStatus(StrEnum):
    """A release is published for good, or revoked for good."""

    PUBLISHED = "published"
    REVOKED = "revoked"


class InstallTargetSystem(StrEnum):
    """The partner systems that a listing can be handed over to."""

    WHS = "whs"
    AGENTROMATIC = "agentromatic"
    AGENTELIC = "agentelic"


class InstallIntentStatus(StrEnum):
    """How far a buyer's wish to install has come."""

    CREATED = "created"
    TOKEN_ISSUED = "token_issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CANCELED = "canceled"


class InstallTokenStatus(StrEnum):
    """`issued` tokens can be redeemed; the other three are final."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVOKED = "revoked"


class VerificationStatus(StrEnum):
    """Whether an admin has checked who a publisher is."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    FAILED = "failed"


class ArtifactKind(StrEnum):
    """What an artifact pointer points at."""

    SOURCE_BUNDLE = "source_bundle"
    BUILD_ARTIFACT = "build_artifact"
    MANIFEST = "manifest"


class DownloadMode(StrEnum):
    """How an artifact can be had. FleetPrompt hosts none in v1."""

    NONE = "none"
    FLEETPROMPT_SIGNED_URL = "fleetprompt_signed_url"
    SPECPROMPT_FULFILLMENT = "specprompt_fulfillment"


class Capability(StrEnum):
    """What opens a whole surface to a user."""

    PUBLISHER = "publisher"
    ADMIN = "admin"


class KeyScope(StrEnum):
    """What an API key may be used for."""

    READ = "read"
    PUBLISH = "publish"
    INSTALL = "install"
    ADMIN = "admin"


class ReportKind(StrEnum):
    """What a report says is wrong with a listing."""

    MALWARE = "malware"
    IMPERSONATION = "impersonation"
    SPAM = "spam"
    OTHER = "other"


class ReportStatus(StrEnum):
    """Whether a moderator has decided on a report."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class PartnerKeyStatus(StrEnum):
    """Whether a partner key's signatures are taken."""

    ACTIVE = "active"
    REVOKED = "revoked"


class ActorType(StrEnum):
    """Who an audit event says acted."""

    USER = "user"
    PARTNER = "partner"
    SYSTEM = "system"


class EventType(StrEnum):
    """Every kind of audit event (spec 6.7)."""

    USER_REGISTERED = "user.registered"
    USER_PASSWORD_CHANGED = "user.password_changed"
    USER_SUSPENDED = "user.suspended"
    USER_REINSTATED = "user.reinstated"
    SESSION_CREATED = "session.created"
    SESSION_ENDED = "session.ended"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    CAPABILITY_GRANTED = "capability.granted"
    CAPABILITY_REVOKED = "capability.revoked"
    PUBLISHER_PROFILE_UPDATED = "publisher.profile_updated"
    PUBLISHER_VERIFICATION_SET = "publisher.verification_set"
    LISTING_CREATED = "listing.created"
    LISTING_UPDATED = "listing.updated"
    LISTING_STATUS_CHANGED = "listing.status_changed"
    LISTING_SUSPENDED = "listing.suspended"
    LISTING_REINSTATED = "listing.reinstated"
    LISTING_FLAGGED = "listing.flagged"
    LISTING_REPORTED = "listing.reported"
    REPORT_RESOLVED = "report.resolved"
    RELEASE_PUBLISHED = "release.published"
    RELEASE_REVOKED = "release.revoked"
    INSTALL_INTENT_CREATED = "install_intent.created"
    INSTALL_INTENT_CANCELED = "install_intent.canceled"
    INSTALL_INTENT_EXPIRED = "install_intent.expired"
    INSTALL_INTENT_REVOKED = "install_intent.revoked"
    INSTALL_TOKEN_ISSUED = "install_token.issued"
    INSTALL_TOKEN_REVOKED = "install_token.revoked"
    INSTALL_TOKEN_REDEEMED = "install_token.redeemed"
    INSTALL_TOKEN_EXPIRED = "install_token.expired"
    PARTNER_KEY_CREATED = "partner_key.created"
    PARTNER_KEY_REVOKED = "partner_key.revoked"
    KEY_RING_CHANGED = "key_ring.changed"
    MARKDOWN_RERENDERED = "markdown.rerendered"
    RETENTION_PURGED = "retention.purged"
    SYSTEM_RESTORED = "system.restored"
