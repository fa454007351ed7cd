from django.urls import path

from providers.views import object_download

app_name = "providers"

urlpatterns = [path("objects/<str:token>/", object_download, name="object_download")]
