# Makes users, roles and buckets, and writes env.sh; read by up.sh, which has started the gateway.
# Tenants of 12 digits stand for accounts: arn:aws:iam::TENANT:user/NAME.
base_account=333333333333 source_account=111111111111 target_account=222222222222
external_id=$(new_uuid)

user() { # tenant name key secret
  admin user create --tenant="$1" --uid="$2" --display-name="$2" --access-key="$3" --secret-key="$4"
}

role() { # tenant name trust permissions
  admin role create --tenant="$1" --role-name="$2" --path=/ --assume-role-policy-doc="$3"
  admin role-policy put --tenant="$1" --role-name="$2" --policy-name=permissions --policy-doc="$4"
}

document() { # statement...
  local IFS=,
  echo "{\"Version\":\"2012-10-17\",\"Statement\":[$*]}"
}

trusting_mover() { # [condition]
  document "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"arn:aws:iam::$base_account:user/mover\"]},\"Action\":[\"sts:AssumeRole\"]${1:+,\"Condition\":$1}}"
}

allowing() { # "actions" resource
  echo "{\"Effect\":\"Allow\",\"Action\":[$1],\"Resource\":[\"arn:aws:s3:::$2\"]}"
}

base_key=$(new_uuid) base_secret=$(new_uuid)
stranger_key=$(new_uuid) stranger_secret=$(new_uuid)
source_key=$(new_uuid) source_secret=$(new_uuid)
target_key=$(new_uuid) target_secret=$(new_uuid)
user $base_account mover "$base_key" "$base_secret"
user $base_account stranger "$stranger_key" "$stranger_secret"
user $source_account owner "$source_key" "$source_secret"
user $target_account owner "$target_key" "$target_secret"

reading=$(document "$(allowing '"s3:GetObject"' 'source/in/*')" "$(allowing '"s3:ListBucket"' source)")
writing=$(document "$(allowing '"s3:PutObject","s3:PutObjectAcl","s3:GetObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"' 'target/out/*')")
role $source_account reader "$(trusting_mover)" "$reading"
# sts-shim.mjs puts the external id where this condition looks for it.
role $source_account reader-by-external-id "$(trusting_mover "{\"StringEquals\":{\"aws:Referer\":\"$external_id\"}}")" "$reading"
role $target_account writer "$(trusting_mover)" "$writing"

cat >"$state/env.sh" <<ENV
export CROSSROLE_INTEROP_S3_ENDPOINT=http://127.0.0.1:$s3_port
export CROSSROLE_INTEROP_STS_ENDPOINT=http://127.0.0.1:$s3_port
export CROSSROLE_INTEROP_REGION=us-east-1
export CROSSROLE_INTEROP_ACCESS_KEY=$base_key
export CROSSROLE_INTEROP_SECRET_KEY=$base_secret
export CROSSROLE_INTEROP_SOURCE_ROLE=arn:aws:iam::$source_account:role/reader
export CROSSROLE_INTEROP_SOURCE_BUCKET=source
export CROSSROLE_INTEROP_SOURCE_PREFIX=in/
export CROSSROLE_INTEROP_SOURCE_OWNER_ACCESS_KEY=$source_key
export CROSSROLE_INTEROP_SOURCE_OWNER_SECRET_KEY=$source_secret
export CROSSROLE_INTEROP_TARGET_ROLE=arn:aws:iam::$target_account:role/writer
export CROSSROLE_INTEROP_TARGET_BUCKET=target
export CROSSROLE_INTEROP_TARGET_PREFIX=out/
export CROSSROLE_INTEROP_TARGET_OWNER_ACCESS_KEY=$target_key
export CROSSROLE_INTEROP_TARGET_OWNER_SECRET_KEY=$target_secret
export CROSSROLE_INTEROP_TARGET_ACL=bucket-owner-full-control
export CROSSROLE_INTEROP_STRANGER_ACCESS_KEY=$stranger_key
export CROSSROLE_INTEROP_STRANGER_SECRET_KEY=$stranger_secret
export CROSSROLE_INTEROP_EXTERNAL_ID=$external_id
export CROSSROLE_INTEROP_EXTERNAL_ID_ROLE=arn:aws:iam::$source_account:role/reader-by-external-id
export CROSSROLE_INTEROP_EXTERNAL_ID_STS_ENDPOINT=http://127.0.0.1:$shim_port
export CROSSROLE_INTEROP_SESSION_SECONDS=10
ENV
(
  . "$state/env.sh"
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true node "$here/create-buckets.mjs"
)
