CREATE TABLE "report_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"jwk" jsonb NOT NULL,
	"first_used_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"analysis_id" uuid NOT NULL,
	"fingerprint" text,
	"sha256" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"media_sha256" text NOT NULL,
	"verdict" text NOT NULL,
	"engine_version" text NOT NULL,
	"kid" text NOT NULL,
	"jws" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_kid_report_keys_kid_fk" FOREIGN KEY ("kid") REFERENCES "public"."report_keys"("kid") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "reports_same" ON "reports" USING btree ("analysis_id","fingerprint") WHERE fingerprint IS NOT NULL;--> statement-breakpoint
CREATE INDEX "reports_sha256" ON "reports" USING btree ("sha256");