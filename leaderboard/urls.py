"""All URLs of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from leaderboard.admin.sign_in import replace_pages_of_allauth
from leaderboard.api.bundles import ChallengeSchema
from leaderboard.web.health import healthz
from leaderboard.web.securitytxt import security_txt

admin.autodiscover()
replace_pages_of_allauth()
# The admin's own login form has no rate limits and does not require a confirmed address.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Ratchet"
admin.site.index_title = "Operations"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path(".well-known/security.txt", security_txt, name="security-txt"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("schemas/challenge-1.json", ChallengeSchema.as_view(), name="challenge-schema"),
    path("api/v1/", include("leaderboard.api.urls")),
    path("", include("frontend.urls")),
]

handler400 = "leaderboard.web.errorpages.bad_request"
handler403 = "leaderboard.web.errorpages.permission_denied"
handler404 = "leaderboard.web.errorpages.page_not_found"
handler500 = "leaderboard.web.errorpages.server_error"
