import { z } from 'zod';

/** LinkedIn's answers, as far as they are used. */

export const uploadInit = z.object({
  uploadUrl: z.string().min(1),
  uploadUrlExpiresAt: z.number().optional().catch(undefined),
});
export const videoInit = z.object({
  video: z.string().min(1),
  uploadToken: z.string().catch(''),
  uploadUrlsExpireAt: z.number().optional().catch(undefined),
  uploadInstructions: z
    .array(z.object({ uploadUrl: z.string().min(1), firstByte: z.number(), lastByte: z.number() }))
    .min(1),
});
export const assetStatus = z.object({
  status: z.enum(['WAITING_UPLOAD', 'PROCESSING', 'AVAILABLE', 'PROCESSING_FAILED']),
  processingFailureReason: z.string().optional().catch(undefined),
});
const listedPost = z.object({
  id: z.string(),
  commentary: z.string().catch(''),
  createdAt: z.number(),
  lifecycleState: z.string().catch('PUBLISHED'),
  content: z
    .object({
      article: z.unknown(),
      media: z.object({ id: z.string() }).optional().catch(undefined),
      multiImage: z
        .object({ images: z.array(z.unknown()) })
        .optional()
        .catch(undefined),
    })
    .partial()
    .optional()
    .catch(undefined),
});
export const listing = z.object({ elements: z.array(listedPost) });
const listedComment = z.object({
  id: z.string().min(1),
  actor: z.string(),
  created: z.object({ time: z.number() }),
  message: z.object({ text: z.string().catch('') }),
});
export const comments = z.object({ elements: z.array(listedComment) });
export const createdComment = z.object({ id: z.string().min(1) });
export const userinfo = z.object({ sub: z.string().min(1), name: z.string().catch('') });
export const acls = z.object({
  elements: z.array(
    z.object({ organization: z.string(), role: z.string(), state: z.string().catch('APPROVED') }),
  ),
});
export const tokens = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional().catch(undefined),
  refresh_token: z.string().min(1).optional().catch(undefined),
});
export const shareStatistics = z.object({
  elements: z.array(
    z.object({
      totalShareStatistics: z.object({
        impressionCount: z.number().optional(),
        uniqueImpressionsCount: z.number().optional(),
        likeCount: z.number().optional(),
        commentCount: z.number().optional(),
        shareCount: z.number().optional(),
      }),
    }),
  ),
});
export const creatorAnalytics = z.object({ elements: z.array(z.object({ count: z.number() })) });

export type AssetStatus = z.infer<typeof assetStatus>;
export type ListedComment = z.infer<typeof listedComment>;
export type ListedPost = z.infer<typeof listedPost>;
export type ShareStatistics = z.infer<typeof shareStatistics>['elements'][number]['totalShareStatistics'];

export type Userinfo = z.infer<typeof userinfo>;
export type OrganizationRole = z.infer<typeof acls>['elements'][number];
export type Tokens = z.infer<typeof tokens>;

export const introspection = z.object({ active: z.boolean(), scope: z.string().optional() });

/** learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-lookup-api */
export const organization = z.object({ localizedName: z.string().min(1) });
