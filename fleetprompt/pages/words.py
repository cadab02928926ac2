"""What closed sets of words are called on pages, beside the words of the API themselves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fleetprompt.enums import (
    ArtifactKind,
    AssetKind,
    DownloadMode,
    InstallIntentStatus,
    InstallTargetSystem,
    KeyScope,
    ListingSort,
    ListingStatus,
    ReleaseStatus,
    ReportKind,
    ReportStatus,
    VerificationStatus,
)

LABELS: Final[Mapping[StrEnum, str]] = MappingProxyType(
    {
        AssetKind.WHS_AGENT: "Agent",
        AssetKind.AGENTROMATIC_WORKFLOW: "Workflow",
        AssetKind.SPEC_ASSET: "Spec",
        ListingStatus.DRAFT: "Draft",
        ListingStatus.PUBLISHED: "Published",
        ListingStatus.UNLISTED: "Unlisted",
        ListingStatus.SUSPENDED: "Suspended",
        ListingSort.RELEVANCE: "Relevance",
        ListingSort.UPDATED: "Recently updated",
        ListingSort.NEWEST: "Newest",
        ListingSort.NAME: "Name",
        ReleaseStatus.PUBLISHED: "Published",
        ReleaseStatus.REVOKED: "Revoked",
        InstallTargetSystem.WHS: "WHS",
        InstallTargetSystem.AGENTROMATIC: "Agentromatic",
        InstallTargetSystem.AGENTELIC: "Agentelic",
        InstallIntentStatus.CREATED: "Created",
        InstallIntentStatus.TOKEN_ISSUED: "Token issued",
        InstallIntentStatus.REDEEMED: "Redeemed",
        InstallIntentStatus.EXPIRED: "Expired",
        InstallIntentStatus.CANCELED: "Canceled",
        VerificationStatus.UNVERIFIED: "Unverified",
        VerificationStatus.VERIFIED: "Verified",
        VerificationStatus.FAILED: "Verification failed",
        ArtifactKind.SOURCE_BUNDLE: "Source bundle",
        ArtifactKind.BUILD_ARTIFACT: "Build artifact",
        ArtifactKind.MANIFEST: "Manifest",
        DownloadMode.NONE: "Not offered for download",
        DownloadMode.SPECPROMPT_FULFILLMENT: "Fulfilled by SpecPrompt",
        KeyScope.READ: "Read",
        KeyScope.PUBLISH: "Publish",
        KeyScope.INSTALL: "Install",
        KeyScope.ADMIN: "Admin",
        ReportKind.MALWARE: "Malware",
        ReportKind.IMPERSONATION: "Impersonation",
        ReportKind.SPAM: "Spam",
        ReportKind.OTHER: "Something else",
        ReportStatus.OPEN: "Open",
        ReportStatus.UPHELD: "Upheld",
        ReportStatus.DISMISSED: "Dismissed",
    }
)

PLURALS: Final[Mapping[AssetKind, str]] = MappingProxyType(
    {
        AssetKind.WHS_AGENT: "Agents",
        AssetKind.AGENTROMATIC_WORKFLOW: "Workflows",
        AssetKind.SPEC_ASSET: "Specs",
    }
)


def label(word: StrEnum) -> str:
    """What a word of a closed set is called."""
    return LABELS[word]


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number, grouped, with what it counts: `1 release`, `1,204 releases`."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"
