import { errorsOf } from '../../runtime/connector-api.js';
import { objectErrors } from '../object-errors.js';

/** Errors of the amazon-s3-v2 connector. */
export const amazonS3V2Errors = {
  ...objectErrors,

  // Settings, found before anything is contacted.
  IDENTITY_MISSING: {
    meaning: 'The connection says nothing about whom it acts as; nothing is ever taken from the surroundings.',
    remedy:
      'Set `iamRoleArn`, and who assumes it: `accessKey` and `secretKey`, `useEc2RoleToAssumeRole`, or `baseIdentity`.',
  },
  INCOMPLETE_KEYS: {
    meaning: 'Only one of `accessKey` and `secretKey` is set.',
    remedy: 'Set both, or neither together with `useEc2RoleToAssumeRole` or `baseIdentity`.',
  },
  ROLE_WITHOUT_BASE: {
    meaning: '`iamRoleArn` is set, but nothing says who assumes the role.',
    remedy: 'Add `accessKey` and `secretKey` of an IAM user, `useEc2RoleToAssumeRole`, or `baseIdentity`.',
  },
  EC2_WITHOUT_ROLE: {
    meaning: '`useEc2RoleToAssumeRole` is set without a role to assume.',
    remedy: 'Set `iamRoleArn` to the role that the role of the EC2 instance may assume.',
  },
  EC2_WITH_KEYS: {
    meaning: '`useEc2RoleToAssumeRole` and keys of an IAM user contradict each other.',
    remedy: 'Remove `accessKey` and `secretKey`, or remove `useEc2RoleToAssumeRole`.',
  },
  BASE_IDENTITY_UNKNOWN: {
    meaning: '`baseIdentity` names no base identity.',
    remedy: 'Set it to `container`, `webIdentity`, `environment`, or `profile:` with the name of a profile.',
  },
  BASE_IDENTITY_WITH_KEYS: {
    meaning: '`baseIdentity` and keys of an IAM user contradict each other.',
    remedy: 'Remove `accessKey` and `secretKey`, or remove `baseIdentity`.',
  },
  BASE_IDENTITY_WITH_EC2: {
    meaning: '`baseIdentity` and `useEc2RoleToAssumeRole` contradict each other.',
    remedy: 'Remove one of the two.',
  },
  BASE_IDENTITY_WITHOUT_ROLE: {
    meaning: '`baseIdentity` is set without a role to assume; it only ever calls AssumeRole.',
    remedy: 'Set `iamRoleArn` to a role that the base identity may assume.',
  },
  PROFILE_FILE_WITHOUT_PROFILE: {
    meaning: '`credentialProfileFilePath` is set, and no profile is named.',
    remedy: 'Set `baseIdentity` to `profile:` with the name of a profile in that file, or remove the path.',
  },
  PARTITION_MISMATCH: {
    meaning: 'The role and the region are of different partitions of AWS, which share neither accounts nor sessions.',
    remedy:
      'Correct `regionName`, or the partition of the role ARN: arn:aws-cn for cn-… regions, arn:aws-us-gov for us-gov-…, arn:aws elsewhere.',
  },
  ENDPOINT_INVALID: {
    meaning: 'An endpoint of S3 or STS is no URL.',
    remedy:
      'Write `restEndpoint`, `stsEndpoint`, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_STS as http://host:port or https://host:port, without user and password.',
  },
  PROXY_URL_INVALID: {
    meaning: '`proxyUrl` is no URL of a proxy.',
    remedy:
      'Write it as http://host:port or https://host:port, with user:password@ before the host where the proxy wants them, other characters than letters and digits in these percent-encoded.',
  },
  CA_FILE_INVALID: {
    meaning: '`caFile` can not be read, or holds no certificate in PEM.',
    remedy: 'Name a file with one or more BEGIN CERTIFICATE blocks; a relative path starts at the connection file.',
  },
  EXTERNAL_ID_WITHOUT_ROLE: {
    meaning: '`externalId` is only sent with AssumeRole, and there is no role.',
    remedy: 'Set `iamRoleArn`, or remove `externalId`.',
  },
  DURATION_WITHOUT_ROLE: {
    meaning: 'A duration belongs to an assumed-role session; keys of an IAM user do not expire.',
    remedy: 'Set `iamRoleArn` in the connection, or remove `temporaryCredentialDuration`.',
  },
  SESSION_SETTING_WITHOUT_ROLE: {
    meaning: 'The setting belongs to an assumed-role session, and the connection has no role.',
    remedy: 'Set `iamRoleArn` in the connection, or remove the setting.',
  },
  DURATION_OUT_OF_RANGE: {
    meaning: 'AWS grants sessions of 900 to 43200 seconds.',
    remedy:
      'Set `temporaryCredentialDuration` between 900 and 43200; sessions are renewed, so a short one suits long runs, too.',
  },
  SESSION_POLICY_REFUSED: {
    gate: 'assume-role',
    meaning: 'STS does not take the session policy: too long, not allowed characters, or no valid policy.',
    remedy: 'Correct `sessionPolicy`, or set it to `derived` or `none`.',
  },
  SESSION_TAGS_INVALID: {
    meaning: 'STS would not take the session tags.',
    remedy:
      'At most 50 tags; keys of 1 to 128 characters that differ in more than case and do not begin with `aws:`, values of at most 256; letters, digits, spaces and `_.:/=+-@`. Every transitive key is the key of a tag.',
  },
  BUCKET_NAME_INVALID: {
    meaning: 'The first segment of the folder path can not be the name of a bucket.',
    remedy: 'Write `folderPath` as `bucket` or `bucket/folder`, without `s3://` and without a leading slash.',
  },

  // Getting a session.
  ASSUME_ROLE_DENIED: {
    gate: 'assume-role',
    meaning:
      'STS refuses AssumeRole. Its answer is the same whether the role does not exist, its trust policy lacks the caller, the external id is wrong, or the caller may not call AssumeRole.',
    remedy:
      "Check in this order: the role ARN; `externalId` (case matters); the Principal and Conditions of the role's trust policy; sts:AssumeRole on the role in the policies of the caller.",
  },
  DURATION_EXCEEDS_ROLE: {
    gate: 'assume-role',
    meaning: '`temporaryCredentialDuration` is over the maximum session duration of the role.',
    remedy: 'Lower `temporaryCredentialDuration`, or raise the maximum session duration of the role.',
  },
  BASE_VARIABLES_MISSING: {
    gate: 'base',
    meaning: 'The environment variables that the base identity is found by are not set.',
    remedy:
      'Start the agent where they are set: in the ECS task or the EKS pod, or with the variables exported. Blank ones count as not set.',
  },
  BASE_TOKEN_UNUSABLE: {
    gate: 'base',
    meaning: 'The token that proves the base identity is missing, empty, or no token.',
    remedy: 'Check that the file is mounted, that the agent may read it, and what the variable names.',
  },
  CONTAINER_ENDPOINT_NOT_ALLOWED: {
    gate: 'base',
    meaning: 'The container credentials URI is none that credentials may come from.',
    remedy:
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI begins with a slash; AWS_CONTAINER_CREDENTIALS_FULL_URI is https, or http at a loopback address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23].',
  },
  CONTAINER_CREDENTIALS_UNREACHABLE: {
    gate: 'base',
    meaning: 'The container credentials endpoint does not answer.',
    remedy:
      'Run inside the ECS task or EKS pod itself. On ECS the task needs a task role; on EKS the pod identity agent must run on the node.',
  },
  CONTAINER_CREDENTIALS_REFUSED: {
    gate: 'base',
    meaning: 'The container credentials endpoint gives no credentials.',
    remedy:
      "On ECS check the task role and its trust of ecs-tasks.amazonaws.com; on EKS the pod identity association of the pod's service account, and the token file.",
  },
  WEB_IDENTITY_TOKEN_EXPIRED: {
    gate: 'base',
    meaning: 'The web identity token has expired.',
    remedy:
      'The kubelet, or whatever else writes the token file, must renew it: check that it is a projected volume and not a copy.',
  },
  WEB_IDENTITY_REFUSED: {
    gate: 'base',
    meaning: 'STS does not accept the web identity token.',
    remedy:
      "Check that the token's issuer is an OIDC identity provider of IAM in the role's account, and that its audience (mostly sts.amazonaws.com) is among those of the provider.",
  },
  WEB_IDENTITY_DENIED: {
    gate: 'base',
    meaning: 'The role does not trust the web identity.',
    remedy:
      "Check AWS_ROLE_ARN, and in the role's trust policy the Federated principal, sts:AssumeRoleWithWebIdentity, and the conditions on the token's aud and sub.",
  },
  IDENTITY_PROVIDER_UNREACHABLE: {
    gate: 'base',
    meaning: "STS can not reach the token's identity provider to verify it.",
    remedy: "Check that the issuer's /.well-known/openid-configuration and its keys are public, and try again.",
  },
  PROFILE_FILE_MISSING: {
    gate: 'base',
    meaning: 'There is no file with profiles.',
    remedy:
      'Create it, or set `credentialProfileFilePath`, AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE; the agent looks in the home folder of the user that runs it.',
  },
  PROFILE_FILE_INVALID: {
    gate: 'base',
    meaning: 'A file with profiles can not be read.',
    remedy:
      'Correct the line: sections are headed [name] ([profile name] in a config file), settings are name = value.',
  },
  PROFILE_NOT_FOUND: {
    gate: 'base',
    meaning: 'The files hold no such profile.',
    remedy:
      'Check the name (case matters) and the files: [name] in a credentials file, [profile name] in a config file.',
  },
  PROFILE_LOOP: {
    gate: 'base',
    meaning: "Profiles name each other as `source_profile` and never come to anyone's keys.",
    remedy: 'Let the last of them hold keys or name another source.',
  },
  PROFILE_INCOMPLETE: {
    gate: 'base',
    meaning: 'A setting that the profile needs is missing or contradicts another one.',
    remedy: 'Complete the profile; `aws configure list --profile NAME` shows what the AWS CLI makes of it.',
  },
  PROFILE_NOT_SUPPORTED: {
    gate: 'base',
    meaning: 'The profile is of a kind that works with a person at hand, or too deep a chain.',
    remedy:
      'Use a profile with keys, source_profile, credential_source, web_identity_token_file, credential_process or SSO settings, without mfa_serial.',
  },
  PROFILE_COMMAND_FAILED: {
    gate: 'base',
    meaning: 'The `credential_process` of the profile failed, or printed no credentials.',
    remedy:
      'Run the command by hand, as the user that runs the agent: it must print JSON with Version 1 and keys that last.',
  },
  SSO_SESSION_EXPIRED: {
    gate: 'base',
    meaning: 'IAM Identity Center gives no credentials for the profile: mostly its session has expired.',
    remedy: 'Run aws sso login with the profile, as the user that runs the agent.',
  },
  BASE_KEY_UNKNOWN: {
    gate: 'base-identity',
    meaning: 'STS does not know the access key of the base identity.',
    remedy:
      'Check `accessKey`, or the key that `baseIdentity` leads to; it may be deleted, inactive, or of another partition of AWS.',
  },
  BASE_SECRET_WRONG: {
    gate: 'base-identity',
    meaning: 'The secret key does not belong to the access key.',
    remedy:
      'Check `secretKey`, or where `baseIdentity` takes it from, and that nothing was cut off or added when it was copied.',
  },
  BASE_SESSION_EXPIRED: {
    gate: 'base-identity',
    meaning: 'The temporary credentials of the base identity have expired, and no newer ones were to be had.',
    remedy:
      "Keys in the environment: start again with fresh ones. A profile: log in again. An instance or a container: its metadata service hands out old credentials; check the machine's clock, then its role, then restart its agent.",
  },
  CALLER_UNKNOWN: {
    gate: 'base-identity',
    meaning:
      'The service has no GetCallerIdentity, so it can not be asked to whom the keys of the base identity belong.',
    remedy: 'Name the user or role: --principal ARN.',
  },
  CLOCK_SKEW: {
    gate: 'base-identity',
    meaning: 'The clock of this machine differs too much from that of AWS.',
    remedy: 'Set the clock, for example by switching on NTP.',
  },
  STS_REGION_DISABLED: {
    gate: 'base-identity',
    meaning: 'STS is not activated in the region for the account.',
    remedy: 'Activate STS for the region in the account settings of IAM, or set `stsEndpoint`.',
  },
  STS_REQUEST_FAILED: {
    meaning: 'STS refuses the request for another reason.',
    remedy: 'See the message of STS.',
  },
  STS_UNREACHABLE: {
    gate: 'base-identity',
    meaning: 'The STS endpoint can not be reached.',
    remedy: 'Check the network, the region, `stsEndpoint` or AWS_ENDPOINT_URL_STS, and `proxyUrl` and `caFile`.',
  },
  INSTANCE_METADATA_UNREACHABLE: {
    gate: 'base',
    meaning: 'The instance metadata service does not answer; version 1 is never tried.',
    remedy:
      'Run on an EC2 instance with IMDSv2 enabled. In a container the hop limit of the instance must be at least 2 (aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2).',
  },
  INSTANCE_METADATA_DISABLED: {
    gate: 'base',
    meaning: 'The instance metadata service refuses: it is switched off, or what answers is no IMDSv2.',
    remedy:
      'Enable it (aws ec2 modify-instance-metadata-options --http-endpoint enabled), and check AWS_EC2_METADATA_SERVICE_ENDPOINT and what else may answer in its place, such as kube2iam or a proxy.',
  },
  INSTANCE_ROLE_MISSING: {
    gate: 'base',
    meaning: 'The EC2 instance has no role.',
    remedy: 'Attach an instance profile with a role to the instance.',
  },
  INSTANCE_ROLE_UNUSABLE: {
    gate: 'base',
    meaning: 'Instance metadata names a role and gives no credentials of it.',
    remedy:
      "Check that the instance profile's role still exists and trusts ec2.amazonaws.com; after a change it takes some minutes.",
  },

  ASSUME_ROLE_NOT_ALLOWED: {
    gate: 'assume-role',
    meaning: 'The policies of the caller do not allow it to assume the role; the role itself would not refuse it.',
    remedy: 'Allow sts:AssumeRole on the role in the policies of the caller.',
  },
  TAG_SESSION_DENIED: {
    gate: 'assume-role',
    meaning: 'The role may be assumed, but not with session tags.',
    remedy:
      "Allow sts:TagSession in the role's trust policy and in the policies of the caller, or remove `sessionTags`.",
  },
  SOURCE_IDENTITY_DENIED: {
    gate: 'assume-role',
    meaning: 'The role may be assumed, but not with a source identity.',
    remedy:
      "Allow sts:SetSourceIdentity in the role's trust policy and in the policies of the caller, or remove `sourceIdentity`.",
  },
  CHAINED_DURATION_CAPPED: {
    gate: 'assume-role',
    meaning: 'A role that is assumed by a session lasts one hour at most, and longer was asked for.',
    remedy:
      'Set `temporaryCredentialDuration` to 3600 or less; sessions are renewed while a run goes on, so it changes nothing else.',
  },
  EXTERNAL_ID_NOT_DEMANDED: {
    gate: 'trust',
    meaning: 'The role can be assumed without its external id: its trust policy does not demand it.',
    remedy: 'Add the condition on sts:ExternalId to the trust policy of the role.',
  },
  SESSION_ROLE_UNEXPECTED: {
    gate: 'who-am-i',
    meaning: 'The session that STS granted is of another role than the one asked for.',
    remedy: 'Check `stsEndpoint` or AWS_ENDPOINT_URL_STS: the service there does not do what STS does.',
  },

  // Working with S3.
  ACCESS_DENIED: {
    meaning: 'S3 refuses the operation to this session.',
    remedy:
      'Check the policies of the role, the session policy (`sessionPolicy`), the policy and owner of the bucket (`expectedBucketOwner`), and for encrypted objects the policy of the KMS key.',
  },
  SESSION_POLICY_DENIES: {
    meaning: 'The role may do it, but the session policy cuts it off.',
    remedy: 'Add the statement to `sessionPolicy`, or set it to `derived` or `none`.',
  },
  BUCKET_POLICY_DENIES: {
    meaning: 'The policy of the bucket refuses the session, whatever its role may do.',
    remedy: 'Change the policy of the bucket.',
  },
  BUCKET_OWNER_UNEXPECTED: {
    meaning:
      'The bucket belongs to another account than `expectedBucketOwner` says, which is that of the role unless set.',
    remedy:
      'Check that it is the right bucket; then set `expectedBucketOwner` of the connection to the account that owns it.',
  },
  KMS_DENIED: {
    gate: 'kms',
    meaning: 'S3 allows the request, but the session may not use the KMS key that encrypts the object.',
    remedy: 'Allow kms:Decrypt (and kms:GenerateDataKey to write) in the policies of the role and in that of the key.',
  },
  KMS_KEY_UNUSABLE: {
    gate: 'kms',
    meaning: 'The KMS key that encrypts the object is disabled, about to be deleted, or does not exist.',
    remedy:
      'Enable the key, cancel its deletion, or give the bucket another one for new objects; see the message of KMS.',
  },
  BASE_REACHES_BUCKET: {
    gate: 'base-access',
    meaning: 'The base identity itself may use the bucket, although it only has to assume the role.',
    remedy: 'Take the permission from the base identity: whoever has its keys needs no role.',
  },
  ABORT_FAILED: {
    gate: 'write',
    meaning: 'An unfinished upload could not be removed; its parts stay stored, and nothing of it is ever visible.',
    remedy: 'Allow s3:AbortMultipartUpload, abort the upload, and let the bucket expire unfinished uploads.',
  },
  S3_KEY_REFUSED: {
    meaning: 'S3 does not accept the key or its signature.',
    remedy: 'Check `accessKey` and `secretKey`; for S3-compatible storage check `restEndpoint` and `stsEndpoint`, too.',
  },
  NO_SUCH_BUCKET: {
    gate: 'region',
    meaning: 'The bucket does not exist.',
    remedy: 'Check the first segment of `folderPath`, and `restEndpoint` if it is set.',
  },
  WRONG_REGION: {
    gate: 'region',
    meaning: 'The bucket is in another region than the connection says.',
    remedy: 'Set `regionName` of the connection to the region of the bucket.',
  },
  OBJECT_ARCHIVED: {
    gate: 'read',
    meaning: 'The object is in an archive storage class and must be restored before it can be read.',
    remedy: 'Restore the object, then run again.',
  },
  LISTING_OUT_OF_ORDER: {
    meaning:
      'The storage does not list keys in the order of their code points, so objects could be lost or read twice.',
    remedy:
      'Name the objects without wildcards; directory buckets and some S3-compatible storage list in other orders.',
  },
  RANGE_IGNORED: {
    meaning: 'The storage answered a ranged read with other bytes than those asked for.',
    remedy: 'The storage has to support Range requests.',
  },
  SOURCE_READ_BROKEN: {
    meaning: 'Reading an object broke off again and again without any progress.',
    remedy: 'Check the network between agent and storage, then run again.',
  },
  OBJECT_TOO_LARGE: {
    meaning: 'The object would need more than the 10,000 parts that S3 allows.',
    remedy: 'Spread the rows over several targets.',
  },
  COMMIT_UNKNOWN: {
    meaning: 'The answer to the commit was lost, and it could not be found out whether the object became visible.',
    remedy: 'Look at the object: its metadata `crossrole-run` names the run that wrote it.',
  },
  S3_REQUEST_FAILED: {
    meaning: 'S3 refuses the request for another reason.',
    remedy: 'See the message of S3.',
  },
  S3_UNREACHABLE: {
    gate: 'region',
    meaning: 'The S3 endpoint can not be reached.',
    remedy: 'Check the network, `regionName`, `restEndpoint` or AWS_ENDPOINT_URL_S3, and `proxyUrl` and `caFile`.',
  },
} as const;

export type AmazonS3V2ErrorCode = keyof typeof amazonS3V2Errors;

export const amazonS3V2Error = errorsOf(amazonS3V2Errors);
